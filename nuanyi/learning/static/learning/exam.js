/* The paper of the road-safety test: how many are answered and how long it still runs. What was ticked is kept as in every form
   of the phone (keep.js): sealed, through a reload, a killed tab and a hole in the network. */
(() => {
    const bar = document.querySelector("[data-exam]");
    /* what was ticked never stays with the district: when the paper is marked, the phone that wrote it knows it, sealed */
    const HANDED = `${location.pathname}#handed`;
    const mark = async () => {
        const ticked = new Map((await Drafts.form(HANDED))?.fields || []);
        for (const question of document.querySelectorAll("[data-marked]")) {
            const own = question.querySelectorAll(".marked li")[ticked.get(question.dataset.marked)];
            if (!own) continue;
            const good = own.classList.contains("right");
            own.querySelector("[data-own]").hidden = false;
            own.classList.toggle("wrong", !good);
            question.querySelector("[data-good]").hidden = !good;
            question.querySelector("[data-wrong]").hidden = good;
            question.open = !good;
        }
    };
    if (!bar) {
        if (Drafts.possible()) mark();
        return;
    }
    const form = document.querySelector("form:has(fieldset.question)");
    form.addEventListener("submit", () => {
        const fields = [...new FormData(form)].filter(([name]) => /^q\d+$/.test(name));
        if (Drafts.possible()) Drafts.keepForm(HANDED, { action: location.pathname, fields });
    });
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
