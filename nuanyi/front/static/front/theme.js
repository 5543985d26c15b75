/* Before anything is painted: the theme that was chosen, or the system's, and the size of text. */
(() => {
    let chosen = null;
    try {
        chosen = localStorage.getItem("theme");
        document.documentElement.dataset.size = localStorage.getItem("text") || "";
    } catch {
        /* storage refused: follow the system */
    }
    const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
