// Asks the promotion gate for what a person wants; the page is whole without it.
(() => {
  const show = () => document.querySelectorAll(".acts").forEach((acts) => { acts.hidden = false; });
  document.addEventListener("pointsman:fresh", show);
  show();
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form.act")) return;
    event.preventDefault();
    const said = form.querySelector("output");
    const button = form.querySelector("button");
    button.disabled = true;
    said.textContent = "Asking…";
    try {
      const answer = await fetch(form.dataset.address, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ reason: form.elements.reason.value }),
      });
      const body = await answer.json();
      if (answer.ok) {
        location.reload();
        return;
      }
      said.textContent = body.error || `The service answered ${answer.status}.`;
    } catch (failure) {
      said.textContent = `The service could not be asked: ${failure.message}`;
    }
    button.disabled = false;
  });
})();
