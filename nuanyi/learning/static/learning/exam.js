/* The paper of the road-safety test: how many are answered, how long it still runs, and what was ticked survives a reload. */
(() => {
    const bar = document.querySelector("[data-exam]");
    if (!bar) return;
    const form = document.querySelector("form:has(fieldset.question)"),
        name = `exam.${bar.dataset.exam}`;
    const kept = () => {
        try {
            return JSON.parse(sessionStorage.getItem(name)) || {};
        } catch {
            return {};
        }
    };
    for (const [field, value] of Object.entries(kept())) {
        const option = form.querySelector(`[name="${field}"][value="${value}"]`);
        if (option) option.checked = true;
    }
    const show = () => {
        const left = Math.max(0, Math.ceil(Number(bar.dataset.until) - Date.now() / 1e3)),
            minutes = String(Math.floor(left / 60)).padStart(2, "0"),
            seconds = String(left % 60).padStart(2, "0");
        bar.textContent = left
            ? bar.dataset.words
                  .replace("#", form.querySelectorAll("input[type=radio]:checked").length)
                  .replace("@", form.querySelectorAll("fieldset.question").length)
                  .replace("~", `${minutes}:${seconds}`)
            : bar.dataset.over;
        bar.classList.toggle("bad", left < 60);
        bar.hidden = false;
    };
    form.addEventListener("change", () => {
        const answers = Object.fromEntries(
            [...form.querySelectorAll("input[type=radio]:checked")].map((option) => [
                option.name,
                option.value,
            ]),
        );
        try {
            sessionStorage.setItem(name, JSON.stringify(answers));
        } catch {
            /* for this page only */
        }
        show();
    });
    show();
    setInterval(show, 1000);
})();
