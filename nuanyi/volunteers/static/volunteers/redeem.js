/* The code that a scanned QR code brings behind the #, where no server and no log sees it. */
(() => {
    const code = location.hash.slice(1);
    if (!/^[0-9A-Z]{4,12}$/.test(code)) return;
    const field = document.querySelector("#code");
    field.value = code;
    history.replaceState(null, "", location.pathname);
    field.form.querySelector("button").focus();
})();
