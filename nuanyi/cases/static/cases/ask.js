/* A page that the phone kept comes back with the same key and without its address's choice: each request gets its own key,
   and what was tapped on the page before is ticked. */
(() => {
  const form = document.querySelector("form[data-keep]");
  if (!form) return;
  if (crypto.randomUUID) form.elements.key.value = crypto.randomUUID();
  const kind = new URLSearchParams(location.search).get("kind"), choice = [...form.querySelectorAll("[name=kind]")].find((radio) => radio.value === kind);
  if (choice && !form.querySelector("[name=kind]:checked")) choice.checked = true;
})();
