/* A tap on the map goes into the form that corrects the place. */
(() => {
    const form = document.querySelector("form[data-place]");
    if (form)
        document.addEventListener("picked", (event) => {
            form.elements.lat.value = event.detail.lat.toFixed(6);
            form.elements.lon.value = event.detail.lng.toFixed(6);
        });
})();
