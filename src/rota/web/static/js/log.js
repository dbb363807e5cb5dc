// The output of what runs: new lines are put under those that are there, each once, whatever happens to the line.
{
  const MOST = 5000; // lines that are kept in the page
  const LONGEST = 2000; // characters of one line that are shown
  const WORDS = { out: "OUT", err: "ERR", debug: "DEBUG", info: "INFO", warning: "WARN", error: "ERROR" };
  const KINDS = { warning: "warn", error: "err" };
  const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g;

  const card = document.querySelector("[data-log]");
  const list = card?.querySelector(".log");
  if (card?.dataset.follow && "EventSource" in window) {
    let last = Number(card.dataset.last), paused = false;
    const waiting = [];
    const follow = card.querySelector("[data-follows]");
    const newest = card.querySelector("[data-newest]");
    const state = card.querySelector("[data-state-of-log]");
    const clock = new Intl.DateTimeFormat("en-GB", { timeZone: card.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });
    follow.hidden = newest.hidden = false;
    const follows = () => follow.getAttribute("aria-checked") === "true";
    const setFollows = (on) => follow.setAttribute("aria-checked", on);

    const make = (name, of) => Object.assign(document.createElement(name), of);
    const visible = (text) => text.replace(HIDDEN, (one) => {
      const code = one.charCodeAt(0);
      return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
    });
    const shown = (line) => {
      const item = make("li", { id: `L${line.seq}`, className: KINDS[line.source] || "" });
      const link = make("a", { href: `#L${line.seq}`, textContent: line.seq });
      link.setAttribute("aria-label", `Line ${line.seq}`);
      const at = make("time", { dateTime: line.at, textContent: clock.format(new Date(line.at)) });
      const text = line.text.length > LONGEST ? `${line.text.slice(0, LONGEST)}… (cut here; the download has all of it)` : line.text;
      item.append(link, at, make("span", { className: "lv", textContent: WORDS[line.source] || line.source }), make("span", { className: "msg", textContent: visible(text) }));
      return item;
    };
    const count = (name, source) => {
      const place = card.querySelector(`[data-count="${name}"]`);
      place.textContent = (Number(place.textContent.replace(/,/g, "")) + 1).toLocaleString("en-GB");
    };
    const end = () => { list.scrollTop = list.scrollHeight; };
    const flush = () => {
      if (paused || !waiting.length) return;
      list.querySelector("[data-empty]")?.remove();
      const fresh = document.createDocumentFragment();
      for (const line of waiting.splice(0)) {
        fresh.append(shown(line));
        count("all");
        if (line.source === "warning") count("warnings");
        if (line.source === "error") count("errors");
      }
      list.append(fresh);
      while (list.children.length > MOST) list.firstElementChild.remove();
      if (follows()) end();
    };
    const say = (text, live) => { state.textContent = text; state.classList.toggle("dot", live); };

    // Progress brings no event of its own: while it runs, what stands around the output is looked at anew.
    const looking = setInterval(() => document.getElementById("stream")?.dispatchEvent(new CustomEvent("execution")), 2000);
    const connect = () => {
      const source = new EventSource(card.dataset.follow.replace(/after=\d+/, `after=${last}`));
      source.addEventListener("open", () => say(last ? `Live, line ${last}, nothing missed` : "Live", true));
      source.addEventListener("line", (event) => {
        const line = JSON.parse(event.data);
        if (line.seq <= last) return; // It came before the connection broke.
        last = line.seq;
        waiting.push(line);
        requestAnimationFrame(flush);
        if (!paused) say(`Live, line ${last}, nothing missed`, true);
      });
      source.addEventListener("end", () => {
        source.close();
        clearInterval(looking);
        flush(); // What came last is not drawn yet.
        follow.hidden = true;
        say(`Ended, line ${last}, nothing missed`, false);
      });
      source.addEventListener("error", () => {
        say(`Connecting again, after line ${last}`, false);
        // The browser tries again by itself, but not after an answer that is none, as from a proxy before a server that starts.
        if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
      });
    };
    connect();
    document.addEventListener("rota:pause", (event) => { paused = event.detail; flush(); });
    newest.addEventListener("click", end);
    follow.addEventListener("click", () => { setFollows(!follows()); if (follows()) end(); });
    // Who scrolls up wants to read; who comes back to the end wants to go on.
    list.addEventListener("scroll", () => { setFollows(list.scrollHeight - list.scrollTop - list.clientHeight < 30); });
    end();
  } else if (list && !location.hash && !location.search) {
    list.scrollTop = list.scrollHeight;
  }
}
