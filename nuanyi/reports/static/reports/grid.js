/* The grid worker's way begins where he stands; where that is goes into this one question and nowhere else. */
(() => {
  const form = document.querySelector("[data-from-here]"), button = form && form.querySelector("[data-here]");
  if (!button || !("geolocation" in navigator) || !window.isSecureContext) return;
  button.hidden = false;
  button.addEventListener("click", () => navigator.geolocation.getCurrentPosition((found) => { form.elements.lat.value = found.coords.latitude.toFixed(4); form.elements.lon.value = found.coords.longitude.toFixed(4); form.submit(); }, () => {}, { timeout: 15000, maximumAge: 60000 }));
})();
