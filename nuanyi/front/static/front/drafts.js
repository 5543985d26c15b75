/* What the phone keeps, sealed with AES-GCM under keys that cannot be taken out of it.
   Under the account's key: what the office wrote or may read without network; it dies at sign-out and 7 days after it was made.
   Under the phone's own key: what a worker writes without an account, and the answers with their links and codes; they stay
   until the worker clears them, because nobody else can give them back. */
const Drafts = (() => {
    const DAYS = 7 * 86400e3;
    const STORES = ["keys", "drafts", "papers", "answers", "forms", "things"];
    const ACCOUNT = "key";
    const OWN = "own";
    const open = () =>
        new Promise((done, failed) => {
            const ask = indexedDB.open("nuanyi", 4);
            ask.onupgradeneeded = () => {
                for (const name of STORES)
                    if (!ask.result.objectStoreNames.contains(name)) ask.result.createObjectStore(name);
            };
            ask.onsuccess = () => done(ask.result);
            ask.onerror = () => failed(ask.error);
        });
    /* one transaction over some stores; what `act` asked for last is its result, once everything is on the disk */
    const run = async (stores, mode, act) => {
        const db = await open();
        return new Promise((done, failed) => {
            const tx = db.transaction(stores, mode, { durability: "strict" });
            const ask = act(tx);
            tx.oncomplete = () => {
                db.close();
                done(ask.result);
            };
            tx.onerror = tx.onabort = () => {
                db.close();
                failed(tx.error);
            };
        });
    };
    const get = (store, id) => run(store, "readonly", (tx) => tx.objectStore(store).get(id));
    const list = (store) => run(store, "readonly", (tx) => tx.objectStore(store).getAll());
    const write = (store, id, row) => run(store, "readwrite", (tx) => tx.objectStore(store).put(row, id));
    const remove = (store, id) => run(store, "readwrite", (tx) => tx.objectStore(store).delete(id));
    const clear = (store) => run(store, "readwrite", (tx) => tx.objectStore(store).clear());

    const key = async (name, make) => {
        const kept = await get("keys", name);
        const dead = kept && name === ACCOUNT && Date.now() - kept.at > DAYS;
        if (kept && !dead) return kept.key;
        if (dead) await forget();
        if (!make) return null;
        const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
            "encrypt",
            "decrypt",
        ]);
        /* two tabs may come here at once: the first key that is written is the one */
        return run("keys", "readwrite", (tx) => {
            const store = tx.objectStore("keys");
            const answer = { result: null };
            store.get(name).onsuccess = (event) => {
                answer.result = event.target.result?.key || fresh;
                if (!event.target.result || dead) store.put({ key: answer.result, at: Date.now() }, name);
            };
            return answer;
        });
    };
    /* whose drafts and papers these are: a mark of the account, told by pages of the office; another's papers go at once */
    const WHOSE = "nuanyi.whose";
    const whose = () => localStorage.getItem(WHOSE) || "";
    let cleared = Promise.resolve();
    const known = (mark) => {
        if (mark && mark !== whose()) {
            localStorage.setItem(WHOSE, mark);
            cleared = clear("papers");
        }
        return cleared;
    };
    const ofAccount = (body) => !body.action || body.action.startsWith("/office/");
    /* at sign-out: everything of the account, nothing of the worker's own */
    const forget = async () => {
        localStorage.removeItem(WHOSE);
        for (const row of await list("drafts")) if (row.by !== OWN) await remove("drafts", row.id);
        await clear("papers");
        await remove("keys", ACCOUNT);
    };
    const seal = async (body, by) => {
        const iv = crypto.getRandomValues(new Uint8Array(12));
        const text = new TextEncoder().encode(JSON.stringify(body));
        const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(by, true), text);
        return { iv, sealed, by, at: Date.now() };
    };
    /* null where the key is gone */
    const unseal = async (row) => {
        const opener = row && (await key(row.by || ACCOUNT, false));
        if (!opener) return null;
        try {
            const raw = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, opener, row.sealed);
            return JSON.parse(new TextDecoder().decode(raw));
        } catch {
            return null;
        }
    };
    const opened = async (store) => {
        const found = [];
        for (const row of await list(store)) {
            const body = await unseal(row);
            if (body) found.push({ id: row.id, state: row.state, at: body.at || row.at, body });
        }
        return found.sort((a, b) => a.at - b.at);
    };

    const put = async (id, state, body) => {
        const whole = { whose: whose(), at: Date.now(), ...body };
        const row = { id, state, ...(await seal(whole, ofAccount(whole) ? ACCOUNT : OWN)) };
        await write("drafts", id, row);
    };
    const all = () => opened("drafts");
    const drop = (id) => remove("drafts", id);

    /* what came back for a draft is kept and the draft goes, both or neither */
    const answered = async (id, answer) => {
        const row = { id, ...(await seal({ at: Date.now(), ...answer }, OWN)) };
        await run(["drafts", "answers"], "readwrite", (tx) => {
            tx.objectStore("drafts").delete(id);
            return tx.objectStore("answers").put(row, id);
        });
    };
    const answers = async () => (await opened("answers")).reverse();
    const putAway = async (id) => {
        const body = await unseal(await get("answers", id));
        if (body) await write("answers", id, { id, ...(await seal({ ...body, away: true }, OWN)) });
    };
    const clearOwn = async () => {
        for (const row of await list("drafts")) if (row.by === OWN) await remove("drafts", row.id);
        for (const store of ["answers", "forms", "things"]) await clear(store);
        await remove("keys", OWN);
    };

    /* what somebody wants to find again: favourites, certificates, places at sessions; {title, link, …} by sort and name */
    const keepThing = async (sort, name, body) => {
        const id = `${sort}:${name}`;
        await write("things", id, { id, ...(await seal({ at: Date.now(), ...body, sort, name }, OWN)) });
    };
    const thing = async (sort, name) => unseal(await get("things", `${sort}:${name}`));
    const dropThing = (sort, name) => remove("things", `${sort}:${name}`);
    const things = async () => (await opened("things")).reverse();

    /* a form that is being written: what stands in it survives a reload, a way back and a killed tab */
    const keepForm = async (page, body) => {
        const by = ofAccount(body) ? ACCOUNT : OWN;
        await write("forms", page, { id: page, ...(await seal(body, by)) });
    };
    const form = async (page) => unseal(await get("forms", page));
    const dropForm = (page) => remove("forms", page);

    /* a paper is what an account may read on this phone without network until it signs out: null where there is none */
    const keepPaper = async (name, body) => {
        await cleared;
        await write("papers", name, await seal(body, ACCOUNT));
    };
    const paper = async (name) => {
        const row = await get("papers", name);
        const body = await unseal(row);
        return body && { at: row.at, body };
    };
    const possible = () => Boolean(window.isSecureContext && window.indexedDB && crypto.subtle);
    return {
        put,
        all,
        drop,
        answered,
        answers,
        putAway,
        clearOwn,
        keepThing,
        thing,
        dropThing,
        things,
        keepForm,
        form,
        dropForm,
        forget,
        possible,
        known,
        whose,
        keepPaper,
        paper,
    };
})();
if (document.querySelector("[data-whose]") && Drafts.possible())
    Drafts.known(document.querySelector("[data-whose]").dataset.whose);
document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-forgets]") && Drafts.possible()) Drafts.forget();
});
