// Fetches the page again every few seconds and swaps its main part; pages are whole without it.
(() => {
  const button = document.querySelector("button.pause");
  if (!button) return;
  let paused = false;
  button.hidden = false;
  button.addEventListener("click", () => {
    paused = !paused;
    button.textContent = paused ? "Resume" : "Pause";
    button.setAttribute("aria-pressed", String(paused));
  });
  const refresh = async () => {
    const open = [...document.querySelectorAll("details[open]")].map((d) => d.id);
    if (!paused && !document.hidden && !document.querySelector("main").contains(document.activeElement)) {
      try {
        const answer = await fetch(location.href, { headers: { accept: "text/html" } });
        if (answer.ok) {
          const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
          document.querySelector("main").replaceWith(fresh.querySelector("main"));
          open.forEach((id) => { const d = id && document.getElementById(id); if (d) d.open = true; });
          document.dispatchEvent(new Event("pointsman:fresh"));
        }
      } catch (ignored) { /* the next round tries again */ }
    }
    setTimeout(refresh, 2500);
  };
  setTimeout(refresh, 2500);
})();
