/* Drafts on the phone: sealed with AES-GCM under a key that cannot be taken out, dies at sign-out and after 7 days. */
const Drafts = (() => {
  const DAYS = 7 * 86400e3;
  const open = () => new Promise((done, failed) => {
    const ask = indexedDB.open("nuanyi", 1);
    ask.onupgradeneeded = () => { ask.result.createObjectStore("keys"); ask.result.createObjectStore("drafts"); };
    ask.onsuccess = () => done(ask.result); ask.onerror = () => failed(ask.error);
  });
  const run = async (store, mode, act) => {
    const db = await open();
    return new Promise((done, failed) => {
      const tx = db.transaction(store, mode); const ask = act(tx.objectStore(store));
      tx.oncomplete = () => { db.close(); done(ask.result); }; tx.onerror = () => { db.close(); failed(tx.error); };
    });
  };
  const key = async (make) => {
    const kept = await run("keys", "readonly", (s) => s.get("key"));
    if (kept && Date.now() - kept.at < DAYS) return kept.key;
    if (kept) { await forget(); }
    if (!make) return null;
    const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await run("keys", "readwrite", (s) => s.put({ key: fresh, at: Date.now() }, "key"));
    return fresh;
  };
  const forget = async () => { await run("keys", "readwrite", (s) => s.clear()); await run("drafts", "readwrite", (s) => s.clear()); };
  const put = async (id, state, body) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(true), new TextEncoder().encode(JSON.stringify(body)));
    await run("drafts", "readwrite", (s) => s.put({ id, state, iv, sealed, at: Date.now() }, id));
  };
  const all = async () => {
    const opener = await key(false);
    if (!opener) return [];
    const rows = await run("drafts", "readonly", (s) => s.getAll());
    const opened = [];
    for (const row of rows) {
      try { opened.push({ id: row.id, state: row.state, at: row.at, body: JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, opener, row.sealed))) }); } catch { /* sealed under a key that is gone */ }
    }
    return opened.sort((a, b) => a.at - b.at);
  };
  const drop = (id) => run("drafts", "readwrite", (s) => s.delete(id));
  const possible = () => Boolean(window.isSecureContext && window.indexedDB && crypto.subtle);
  return { put, all, drop, forget, possible };
})();
document.addEventListener("submit", (event) => { if (event.target.matches("[data-forgets]") && Drafts.possible()) Drafts.forget(); });
