// Live pages: when something changed, #live is fetched anew and morphed in place. A pause holds it as it is.
{
  const GAP = 700; // milliseconds between two looks
  const STALE = 30000; // and the longest without one: relative times grow old
  const EVENTS = ["execution", "job", "node", "reset"];

  const stream = document.getElementById("stream");
  const button = document.querySelector("[data-pause]");
  let paused = false, lost = false, due = false, last = Date.now(), timer = 0, busy = false;

  const live = () => document.getElementById("live");
  // Rows that may change places do not do so under the pointer.
  const rests = () => Boolean(live()?.querySelector(/[?&]sort=/.test(location.search) ? "tbody:hover" : ".exec tbody:hover"));
  // Nothing moves below a menu that is open, a selection, or a text that is being written.
  const held = () => paused || document.hidden || rests() || Boolean(live()?.querySelector("details.menu[open], .pick:checked, dialog[open]"))
    || Boolean(document.activeElement?.matches("#live input[type=search], #live textarea"));

  const look = async () => {
    timer = 0;
    if (!due || busy || !live() || held()) return;
    due = false;
    busy = true;
    last = Date.now();
    try {
      await htmx.ajax("GET", location.href, { source: live(), target: "#live", select: "#live", selectOOB: "#strip,#standing", swap: "outerMorph ignoreTitle:true" });
    } finally {
      busy = false;
      if (due) soon();
    }
  };
  const soon = () => { if (!timer) timer = setTimeout(look, Math.max(50, last + GAP - Date.now())); };
  const changed = () => { due = true; soon(); };

  const tell = () => {
    const word = paused ? "Paused" : lost ? "No connection" : "Live";
    button.setAttribute("aria-pressed", paused);
    button.setAttribute("aria-label", `${word}. ${paused ? "Resume" : "Pause"} updates`);
    button.classList.toggle("paused", paused);
    button.classList.toggle("lost", lost && !paused);
    button.querySelector("span").textContent = word;
  };

  if (stream && live()) {
    for (const name of EVENTS) stream.addEventListener(name, changed);
    // After a break the stream resumes where it ended; what it may have missed is looked for.
    stream.addEventListener("ready", () => { if (Date.now() - last > GAP) changed(); });
    stream.setAttribute("hx-sse:connect", stream.dataset.url);
    htmx.process(stream);
    setInterval(() => { if (Date.now() - last > STALE) due = true; if (due) soon(); }, 1000);
    document.addEventListener("visibilitychange", changed);
    if (button) {
      button.hidden = false;
      // It says so when the line is down, which a page that is left to itself would not show.
      stream.addEventListener("htmx:sse:error", () => { lost = true; tell(); });
      stream.addEventListener("htmx:sse:after:connection", () => { lost = false; tell(); });
      button.addEventListener("click", () => {
        paused = !paused;
        tell();
        document.dispatchEvent(new CustomEvent("rota:pause", { detail: paused }));
        if (!paused) changed();
      });
    }
  }
}
