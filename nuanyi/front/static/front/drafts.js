/* What the phone keeps, sealed with AES-GCM under keys that cannot be taken out of it. Three of them:
   the account's (what the office wrote or may read without network; dies at sign-out),
   the phone's own (what a worker writes without an account),
   and that of the ways back (links, numbers and codes, favourites: never a word of what was written; stays until the worker
   clears it, because nobody else can give it back).
   The first two live seven days. Then a new one takes over what still waits to be sent and what was written lately; everything
   else dies with the old one. */
const Drafts = (() => {
    const DAYS = 7 * 86400e3;
    const STORES = ["keys", "drafts", "papers", "answers", "forms", "things"];
    const ACCOUNT = "key";
    const OWN = "own";
    const WAYS = "ways";
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

    const make = () =>
        crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    /* who seals and writes shares the keys; who changes them has them alone */
    const holding = (mode, act) =>
        navigator.locks ? navigator.locks.request("nuanyi.keys", { mode }, act) : act();
    const key = async (name, makes) => {
        const kept = await get("keys", name);
        if (kept) return kept.key;
        if (!makes) return null;
        const fresh = await make();
        /* two tabs may come here at once: the first key that is written is the one */
        return run("keys", "readwrite", (tx) => {
            const store = tx.objectStore("keys");
            const answer = { result: null };
            store.get(name).onsuccess = (event) => {
                answer.result = event.target.result?.key || fresh;
                if (!event.target.result) store.put({ key: answer.result, at: Date.now() }, name);
            };
            return answer;
        });
    };
    const sealedBy = async (opener, body) => {
        const iv = crypto.getRandomValues(new Uint8Array(12));
        const text = new TextEncoder().encode(JSON.stringify(body));
        return { iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, opener, text) };
    };
    const openedBy = async (opener, row) => {
        try {
            const raw = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, opener, row.sealed);
            return JSON.parse(new TextDecoder().decode(raw));
        } catch {
            return null;
        }
    };
    /* a key that is seven days old gives way: what waits unsent and what was written in these days go under the new one, in one
       transaction with the end of the old one; what was sent, and papers, can be read no more */
    const renew = (name) =>
        holding("exclusive", async () => {
            const old = await get("keys", name);
            if (!old || Date.now() - old.at <= DAYS) return;
            const fresh = await make();
            const kept = [],
                gone = [];
            for (const store of ["drafts", "forms", "papers"])
                for (const row of await list(store)) {
                    if ((row.by || ACCOUNT) !== name) continue;
                    const body = await openedBy(old.key, row);
                    const waits = store === "drafts" || (store === "forms" && Date.now() - row.at <= DAYS);
                    if (body && waits && row.id !== undefined)
                        kept.push([store, row.id, { ...row, ...(await sealedBy(fresh, body)) }]);
                    else if (row.id !== undefined) gone.push([store, row.id]);
                }
            /* ways back of before 0.7 lay under the key of what was written */
            for (const row of await list("answers")) {
                if (name !== OWN || row.by !== OWN) continue;
                const body = await openedBy(old.key, row);
                if (!body) continue;
                const { words: _words, ...way } = body;
                kept.push(["answers", row.id, { ...(await seal(way, WAYS)), id: row.id, at: row.at }]);
            }
            await run(["keys", "drafts", "forms", "papers", "answers"], "readwrite", (tx) => {
                for (const [store, id, row] of kept) tx.objectStore(store).put(row, id);
                for (const [store, id] of gone) tx.objectStore(store).delete(id);
                if (name === ACCOUNT) tx.objectStore("papers").clear();
                return tx.objectStore("keys").put({ key: fresh, at: Date.now() }, name);
            });
        });
    let renewed = null;
    const current = () => {
        renewed ||= renew(OWN)
            .then(() => renew(ACCOUNT))
            .catch(() => {});
        return renewed;
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
    const ofAccount = (body) => !body.action || /^\/(office|keeper)\//.test(body.action);
    /* at sign-out: everything of the account, nothing of the worker's own */
    const forget = async () => {
        localStorage.removeItem(WHOSE);
        /* the key first: the page is already leaving, and without it nothing of the rest can be read */
        await remove("keys", ACCOUNT);
        for (const row of await list("drafts")) if (row.by !== OWN) await remove("drafts", row.id);
        await clear("papers");
    };
    const seal = async (body, by) => ({ ...(await sealedBy(await key(by, true), body)), by, at: Date.now() });
    /* seals and writes under keys that do not change meanwhile */
    const writeSealed = async (store, id, body, by, more = {}) => {
        await current();
        await holding("shared", async () => write(store, id, { id, ...(await seal(body, by)), ...more }));
    };
    /* null where the key is gone */
    const unseal = async (row) => {
        await current();
        const opener = row && (await key(row.by || ACCOUNT, false));
        return opener ? openedBy(opener, row) : null;
    };
    const opened = async (store) => {
        const found = [];
        await current();
        for (const row of await list(store)) {
            const body = await unseal(row);
            if (body) found.push({ id: row.id, state: row.state, at: body.at || row.at, body });
        }
        return found.sort((a, b) => a.at - b.at);
    };

    const put = async (id, state, body) => {
        const whole = { whose: whose(), at: Date.now(), ...body };
        await writeSealed("drafts", id, whole, ofAccount(whole) ? ACCOUNT : OWN, { state });
    };
    const all = () => opened("drafts");
    /* what the worker wrote and what did not leave yet, newest first; ``words`` are what was typed */
    const ownWaiting = async () =>
        (await all())
            .filter(({ state, body }) => state === "waiting" && !ofAccount(body))
            .map(({ id, body }) => ({
                id,
                body: { ...body, words: (body.fields || []).find(([name]) => name === "words")?.[1] || "" },
            }))
            .sort((one, other) => other.body.at - one.body.at);
    /* how many entries of the account this phone still holds: signing out destroys them */
    const accountWaiting = async () => (await list("drafts")).filter(({ by }) => by !== OWN).length;
    const drop = (id) => remove("drafts", id);

    /* what came back for a draft is kept and the draft goes, both or neither */
    const answered = async (id, { words, ...way }) => {
        await current();
        await holding("shared", async () => {
            /** @type {Record<string, unknown>} */
            const row = { id, ...(await seal({ at: Date.now(), ...way }, WAYS)) };
            /* the first words of it, to tell two alike apart: they die with the key of what was written */
            if (words) row.words = await seal(words, OWN);
            await run(["drafts", "answers"], "readwrite", (tx) => {
                tx.objectStore("drafts").delete(id);
                return tx.objectStore("answers").put(row, id);
            });
        });
    };
    const answers = async () => {
        const found = (await opened("answers")).reverse();
        for (const answer of found) {
            const row = await get("answers", answer.id);
            if (row?.words) answer.body.words = (await unseal(row.words)) || "";
        }
        return found;
    };
    const putAway = async (id) => {
        const row = await get("answers", id),
            body = await unseal(row);
        if (body) await writeSealed("answers", id, { ...body, away: true }, WAYS, { words: row.words });
    };
    /* from another phone: what is not here yet */
    const takeIn = async ({ answers: ways = [], things: kept = [] }) => {
        for (const { id, body } of ways)
            if (!(await get("answers", id))) await writeSealed("answers", id, { ...body, away: true }, WAYS);
        for (const { body } of kept)
            if (!(await get("things", `${body.sort}:${body.name}`)))
                await keepThing(body.sort, body.name, body);
    };
    /* how pages look, which map opens, whose papers these are; and the code of what stands elsewhere, whose page drops it
       there */
    const STAYS = [WHOSE, "theme", "text", "map.app", "learn.code"];
    const clearOwn = async () => {
        for (const row of await list("drafts")) if (row.by === OWN) await remove("drafts", row.id);
        for (const store of ["answers", "things"]) await clear(store);
        for (const row of await list("forms")) if (row.by === OWN) await remove("forms", row.id);
        for (const name of [OWN, WAYS]) await remove("keys", name);
        for (const name of Object.keys(localStorage))
            if (!STAYS.includes(name)) localStorage.removeItem(name);
        sessionStorage.clear();
    };

    /* what somebody wants to find again: favourites, certificates, places at sessions; {title, link, …} by sort and name */
    const keepThing = async (sort, name, body) => {
        await writeSealed("things", `${sort}:${name}`, { at: Date.now(), ...body, sort, name }, WAYS);
    };
    const thing = async (sort, name) => unseal(await get("things", `${sort}:${name}`));
    const dropThing = (sort, name) => remove("things", `${sort}:${name}`);
    const things = async () => (await opened("things")).reverse();

    /* a form that is being written: what stands in it survives a reload, a way back and a killed tab */
    const keepForm = async (page, body) => {
        await writeSealed("forms", page, { ...body, whose: whose() }, ofAccount(body) ? ACCOUNT : OWN);
    };
    /* what an account wrote is not put before the next one that signs in on this phone */
    const form = async (page) => {
        const body = await unseal(await get("forms", page));
        return body && ofAccount(body) && body.whose && body.whose !== whose() ? null : body;
    };
    const dropForm = (page) => remove("forms", page);

    /* a paper is what an account may read on this phone without network until it signs out: null where there is none */
    const keepPaper = async (name, body, at = Date.now()) => {
        await cleared;
        await writeSealed("papers", name, body, ACCOUNT, { at });
    };
    const paper = async (name) => {
        const row = await get("papers", name);
        const body = await unseal(row);
        return body && { at: row.at, body };
    };
    /* what was sent since a paper was made is no longer as the paper says, whichever page sent it: {action: {field: value}} */
    const SENT = "sent";
    const noteSent = async (action, fields) => {
        const told = { ...(await paper(SENT))?.body, [action]: { at: Date.now(), fields } };
        await keepPaper(SENT, told);
    };
    const sentSince = async (at) => {
        const told = Object.entries((await paper(SENT))?.body || {}).filter(([, one]) => one.at >= at);
        return new Map(told.map(([action, { fields }]) => [action, Object.fromEntries(fields)]));
    };
    const possible = () => Boolean(window.isSecureContext && window.indexedDB && crypto.subtle);
    return {
        put,
        all,
        ownWaiting,
        accountWaiting,
        drop,
        answered,
        answers,
        putAway,
        takeIn,
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
        ofAccount,
        keepPaper,
        paper,
        noteSent,
        sentSince,
    };
})();
if (document.querySelector("[data-whose]") && Drafts.possible())
    Drafts.known(document.querySelector("[data-whose]").dataset.whose);
document.addEventListener("submit", async (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.matches("[data-forgets]") || !Drafts.possible()) return;
    event.preventDefault();
    try {
        const { unsent } = form.dataset;
        if (unsent && (await Drafts.accountWaiting()) && !confirm(unsent)) return;
        await Drafts.forget();
    } catch {
        /* a store that does not open holds nobody here */
    }
    HTMLFormElement.prototype.submit.call(form);
});
