/* The paper of the road-safety test: how many are answered and how long it still runs. What was ticked is kept as in every form
   of the phone (keep.js): sealed, through a reload, a killed tab and a hole in the network. */
(() => {
    const bar = document.querySelector("[data-exam]");
    if (!bar) return;
    const form = document.querySelector("form:has(fieldset.question)");
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
    form.addEventListener("change", show);
    form.addEventListener("restored", show);
    show();
    setInterval(show, 1000);
})();
