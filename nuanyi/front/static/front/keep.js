/* Forms with data-keep: what is written is kept on the phone first (sealed), then sent; a retry carries the same key. */
(() => {
  const form = document.querySelector("form[data-keep]");
  if (!form || !Drafts.possible()) return;
  const place = document.querySelector("[data-kept]");
  const say = (state) => { if (!place) return; place.textContent = place.dataset[`words${state[0].toUpperCase()}${state.slice(1)}`] || ""; place.hidden = false; };

  /* a photo is made small on the phone: the place in it goes, and so do most of its bytes */
  const small = async (file) => {
    try {
      const picture = await createImageBitmap(file);
      const scale = Math.min(1, 1280 / Math.max(picture.width, picture.height));
      const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return canvas.toDataURL("image/jpeg", 0.8);
    } catch { return new Promise((done) => { const reader = new FileReader(); reader.onload = () => done(reader.result); reader.readAsDataURL(file); }); }
  };
  const blob = (text) => { const [head, body] = text.split(","); return new Blob([Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0))], { type: head.slice(5).split(";")[0] }); };
  const packed = async (button) => {
    const body = { action: button?.getAttribute("formaction") || form.getAttribute("action") || location.pathname, fields: [], files: [] };
    for (const [name, value] of new FormData(form, button)) {
      if (name === "csrfmiddlewaretoken") continue;
      if (value instanceof File) { if (value.size) body.files.push([name, await small(value)]); } else body.fields.push([name, value]);
    }
    return body;
  };
  const send = async (draft) => {
    say("sending");
    try {
      const { token } = await (await fetch("/door/token/", { credentials: "same-origin" })).json();
      const data = new FormData();
      draft.body.fields.forEach(([name, value]) => data.append(name, value));
      for (const [name, text] of draft.body.files) data.append(name, blob(text), "photo.jpg");
      const answer = await fetch(draft.body.action, { method: "POST", body: data, credentials: "same-origin", headers: { "X-CSRFToken": token } });
      if (answer.status >= 500 || answer.status === 429) throw new Error("later");
      await Drafts.drop(draft.id);
      if (answer.ok) { say("sent"); return answer.url; }
      return "refused";
    } catch { await Drafts.put(draft.id, "waiting", draft.body); say("waiting"); return null; }
  };
  let busy = false;
  const sendAll = async (mine) => {
    if (busy || !navigator.onLine) { if (mine) say("waiting"); return; }
    busy = true;
    try {
      for (const draft of await Drafts.all()) {
        if (!draft.body.action) continue;
        const target = await send(draft);
        if (target === null) break;
        if (draft.id === mine) { if (target === "refused") form.submit(); else location.assign(target); return; }
      }
    } finally { busy = false; }
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const id = form.elements.key.value;
    await Drafts.put(id, "waiting", await packed(event.submitter));
    await sendAll(id);
  });
  addEventListener("online", () => sendAll(form.elements.key.value));
  setInterval(() => sendAll(form.elements.key.value), 10000);
  sendAll();
})();
