// The frame of every page: dialogs, menus, shortcuts, clock. Each page works without it.
{
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const root = document.body;

  // The zone of this machine, so that the server can show times in it.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `rota_mine=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax`;

  const clock = document.querySelector("[data-clock]");
  if (clock) {
    const ahead = Date.parse(clock.dateTime) - Date.now();
    const shown = new Intl.DateTimeFormat("en-GB", { timeZone: clock.dataset.clock, hour: "2-digit", minute: "2-digit", second: "2-digit" });
    const tick = () => {
      const now = new Date(Date.now() + ahead);
      const text = shown.format(now);
      const seconds = Object.assign(document.createElement("span"), { className: "full", textContent: text.slice(5) });
      clock.querySelector("b").replaceChildren(text.slice(0, 5), seconds);
      clock.dateTime = now.toISOString();
    };
    tick();
    setInterval(tick, 1000);
  }

  // Where tabs are wider than the window, the one that is shown is in sight.
  for (const tab of all(".tabs [aria-current]")) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 16;

  const open = (name) => {
    const dialog = document.getElementById(name);
    if (!dialog || dialog.open) return;
    all("dialog[open]").forEach((one) => one.close());
    dialog.showModal();
  };

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener && document.getElementById(opener.dataset.opens)) {
      event.preventDefault();
      open(opener.dataset.opens);
    }
    const copier = event.target.closest("[data-copies]");
    if (copier) {
      navigator.clipboard.writeText(document.getElementById(copier.dataset.copies).textContent)
        .then(() => tell("Copied."), () => tell("Not copied: the browser does not lend its clipboard. Select the text instead."));
    }
    if (event.target.closest("[data-closes]") || event.target.matches("dialog")) event.target.closest("dialog").close();
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-submits]");
    if (form) form.requestSubmit();
    if (event.target.matches("[data-picks-all]")) all(".pick").forEach((pick) => { pick.checked = event.target.checked; });
    const picked = document.querySelector("[data-picked]");
    if (picked) picked.textContent = `${all(".pick:checked").length} selected`;
  });

  // Browsers lend the clipboard only to pages that came by https or from this machine.
  if (navigator.clipboard) document.documentElement.classList.add("copies");

  // What was told goes by itself, unless the pointer rests on it.
  const fade = (toast) => {
    const leave = () => { if (toast.matches(":hover")) setTimeout(leave, 1000); else toast.remove(); };
    setTimeout(leave, 8000);
  };
  all("[data-toast]").forEach(fade);
  const tell = (text) => {
    const toast = Object.assign(document.createElement("p"), { className: "toast", textContent: text });
    document.getElementById("toasts").replaceChildren(toast);
    fade(toast);
  };

  const goTo = (selector) => {
    const found = document.querySelector(selector);
    if (found) found.click();
  };
  let before = "";
  const keys = {
    "/": () => document.querySelector("main input[type=search]")?.focus(),
    "?": () => open("help"),
    p: () => goTo("[data-pause]"),
    n: () => { if (root.dataset.new) location.href = root.dataset.new; },
    "g j": () => goTo(".brand"),
  };
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open("palette");
      return;
    }
    if (event.key === "Escape") {
      const menu = document.querySelector("details.menu[open]");
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
    }
    if (event.ctrlKey || event.metaKey || event.altKey || root.hasAttribute("data-no-keys")) return;
    if (event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
    const done = keys[`${before} ${event.key}`] || keys[event.key];
    before = event.key;
    if (done) { event.preventDefault(); done(); }
  });

  // The palette: arrows walk through what was found.
  document.getElementById("palette")?.addEventListener("keydown", (event) => {
    const found = all(".found a", event.currentTarget);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      event.preventDefault();
      found[(found.indexOf(document.activeElement) + step + found.length + (step < 0 && !found.includes(document.activeElement) ? 1 : 0)) % found.length].focus();
    } else if (event.key === "Enter" && event.target.matches("input") && found.length) {
      event.preventDefault();
      found[0].click();
    } else if (event.key === "Escape") {
      event.currentTarget.close(); // the first one would only empty the field
    }
  });
}
