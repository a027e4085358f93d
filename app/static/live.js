// Keeps a figure page current and says how old it is. The page works without this file: then it is as old as its
// last loading. What is new comes from the page's own address, through the reader's own fence; nothing is computed here.
(() => {
  "use strict";
  const line = () => document.querySelector("[data-live]");
  if (!line() || !window.EventSource || !window.fetch) return;

  const PAUSE = 3000; // a page is asked for again at most so often, in milliseconds
  let source = null;
  let connected = false;
  let checked = Date.now(); // when the service last said that these figures are the present ones
  let asked = 0;
  let waiting = 0;

  function say() {
    const at = line();
    const seconds = Math.max(0, Math.round((Date.now() - checked) / 1000));
    const words = seconds < 120 ? at.dataset.seconds.replace("{n}", seconds)
      : at.dataset.minutes.replace("{n}", Math.round(seconds / 60));
    at.querySelector("[data-age]").textContent = connected ? words : `${words} · ${at.dataset.lost}`;
    at.classList.toggle("is-lost", !connected);
  }

  function put(page) {
    const fresh = page.querySelector("main");
    const here = document.querySelector("main");
    const held = document.activeElement && here.contains(document.activeElement)
      ? document.activeElement.getAttribute("href") : null;
    const open = [...here.querySelectorAll("details[open] > summary")].map((each) => each.textContent);
    here.replaceChildren(...fresh.childNodes);
    for (const each of here.querySelectorAll("details > summary")) {
      if (open.includes(each.textContent)) each.parentElement.open = true;
    }
    if (held) [...here.querySelectorAll("a")].find((each) => each.getAttribute("href") === held)?.focus();
  }

  async function refresh() {
    waiting = 0;
    asked = Date.now();
    let page = null;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      waiting = setTimeout(refresh, 2 * PAUSE); // the service is away for the moment: the age goes on growing
      return;
    }
    if (!page.querySelector("[data-live]")) {
      location.reload(); // signed out, or no longer this reader's: the page itself says so
      return;
    }
    put(page);
    checked = asked;
    line().querySelector("[data-said]").textContent = line().dataset.fresh;
    say();
  }

  function changed() {
    if (!waiting) waiting = setTimeout(refresh, Math.max(0, asked + PAUSE - Date.now()));
  }

  function listen() {
    if (source) return;
    source = new EventSource(line().dataset.live);
    source.addEventListener("beat", () => {
      connected = true;
      if (!waiting) checked = Date.now();
      say();
    });
    source.addEventListener("changed", () => {
      connected = true;
      changed();
    });
    source.addEventListener("over", () => {
      hush();
      location.reload();
    });
    source.onerror = () => {
      connected = false;
      if (source && source.readyState === EventSource.CLOSED) {
        hush();
        setTimeout(listen, 10000);
      }
      say();
    };
  }

  function hush() {
    if (source) source.close();
    source = null;
    connected = false;
  }

  // A browser keeps few connections to one service open at a time; a page that nobody looks at gives its own back.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hush();
    else listen();
  });
  window.addEventListener("pagehide", hush);
  window.addEventListener("pageshow", listen);
  setInterval(say, 1000);
  listen();
})();
