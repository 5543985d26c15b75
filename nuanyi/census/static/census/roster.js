/* A roster from anywhere on the page: a file that is dropped or pasted, rows from the clipboard. Without it the two fields do. */
(() => {
    /* so many characters make a text field slow, and a form without a file larger than the server reads */
    const LONG = 200_000;
    const file = /** @type {HTMLInputElement} */ (document.getElementById("id_file"));
    const pasted = /** @type {HTMLTextAreaElement} */ (document.getElementById("id_pasted"));
    const source = /** @type {HTMLInputElement} */ (document.getElementById("id_source"));
    const told = document.getElementById("told");

    const put = (one) => {
        const chosen = new DataTransfer();
        chosen.items.add(one);
        file.files = chosen.files;
        file.dispatchEvent(new Event("change"));
    };
    /* line breaks within quotes are within a cell */
    const rows = (text) =>
        text
            .trimEnd()
            .split('"')
            .reduce((sum, part, at) => sum + (at % 2 ? 0 : part.split("\n").length - 1), 1);
    const say = (text) => {
        told.textContent = text ? told.dataset.words.replace("{n}", rows(text).toLocaleString()) : "";
    };

    file.addEventListener("change", () => {
        pasted.value = "";
        say("");
        const name = file.files[0]?.name || "";
        const known = [...source.list.options].map((option) => option.value);
        const found = known.filter((one) => one.length > 1 && name.includes(one));
        if (!source.value && found.length)
            source.value = found.reduce((best, one) => (one.length > best.length ? one : best));
    });

    pasted.addEventListener("input", () => say(pasted.value));
    document.addEventListener("paste", (event) => {
        const target = /** @type {HTMLElement} */ (event.target);
        if (target !== pasted && target.closest("input, textarea, select") && target !== file) return;
        const [copied] = event.clipboardData.files;
        const text = event.clipboardData.getData("text/plain");
        if (text.includes("\n") || text.includes("\t")) {
            if (text.length > LONG) {
                event.preventDefault();
                put(new File([text], told.dataset.name, { type: "text/plain" }));
            } else {
                file.value = ""; /* a file that was chosen before would be read in their place */
                if (target !== pasted) {
                    event.preventDefault();
                    pasted.value = text;
                }
            }
            say(text);
        } else if (copied && !text) {
            event.preventDefault();
            put(copied);
        }
    });

    document.addEventListener("dragover", (event) => {
        if (event.dataTransfer.types.includes("Files")) event.preventDefault();
    });
    document.addEventListener("drop", (event) => {
        const [dropped] = event.dataTransfer.files;
        if (!dropped) return;
        event.preventDefault();
        put(dropped);
    });
})();
