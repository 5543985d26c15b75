// A key presses the button that names it in data-key: y, n, s and u on the page of possible pairs.
document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) {
        return;
    }
    if (event.target instanceof HTMLElement && event.target.closest("input, textarea, select")) {
        return;
    }
    const button = document.querySelector(`button[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (button instanceof HTMLButtonElement) {
        event.preventDefault();
        button.click();
    }
});
