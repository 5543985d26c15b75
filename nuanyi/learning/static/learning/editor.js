/* Writing a lesson: buttons put the marks into the text, and beside it stands what riders will see. */
(() => {
    const shown = document.querySelector("[data-preview]");
    const form = document.querySelector("form:has([data-marks])");
    if (!(shown instanceof HTMLElement) || !(form instanceof HTMLFormElement)) return;

    /** Put words in place of what is marked; the browser's own undo takes them back.
     * @param {HTMLTextAreaElement} field
     * @param {number} from
     * @param {number} to
     * @param {string} words
     */
    const put = (field, from, to, words) => {
        field.focus();
        field.setSelectionRange(from, to);
        // the only way that keeps Ctrl+Z; where it is gone one day the text is still written
        if (!document.execCommand("insertText", false, words)) field.setRangeText(words, from, to, "end");
        field.dispatchEvent(new Event("input", { bubbles: true }));
    };

    /** @param {HTMLTextAreaElement} field
     * @param {DOMStringMap} mark
     */
    const write = (field, mark) => {
        const { selectionStart: from, selectionEnd: to, value } = field;
        const words = value.slice(from, to);
        if (mark.around) put(field, from, to, mark.around + (words || "……") + mark.around);
        else if (mark.before) {
            const begin = value.lastIndexOf("\n", from - 1) + 1;
            const lines = value.slice(begin, to).split("\n");
            put(field, begin, to, lines.map((line) => mark.before + line).join("\n"));
        } else if (mark.link) {
            const address = (window.prompt(mark.link, "https://") || "").trim();
            if (/^https?:\/\/\S+$/.test(address)) put(field, from, to, `[${words || address}](${address})`);
        } else if (mark.puts) {
            const before = value.slice(0, from).trimEnd();
            put(field, before.length, to, `${before ? "\n\n" : ""}${mark.puts}\n`);
        }
    };
    document.querySelectorAll("[data-marks]").forEach((bar) => {
        if (!(bar instanceof HTMLElement)) return;
        const field = document.getElementById(bar.dataset.marks || "");
        if (!(field instanceof HTMLTextAreaElement)) return;
        field.before(bar);
        bar.hidden = false;
        bar.addEventListener("click", (event) => {
            const button = event.target instanceof Element && event.target.closest("button");
            if (button instanceof HTMLElement) write(field, button.dataset);
        });
    });

    let asked = 0;
    const look = async () => {
        asked += 1;
        const mine = asked;
        const answer = await fetch(shown.dataset.preview || "", {
            method: "POST",
            body: new FormData(form),
        }).catch(() => null);
        if (answer?.ok && mine === asked) shown.innerHTML = await answer.text();
    };
    let waiting = 0;
    form.addEventListener("input", () => {
        window.clearTimeout(waiting);
        waiting = window.setTimeout(look, 400);
    });
})();
