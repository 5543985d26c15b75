/* Before anything is painted: the theme that was chosen, or the system's. */
(() => {
    let chosen = null;
    try {
        chosen = localStorage.getItem("theme");
    } catch {
        /* storage refused: follow the system */
    }
    const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
