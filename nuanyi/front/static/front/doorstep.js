/* At the door: an entry is kept on the phone first, then sent; a retry carries the same key, so nothing comes twice. */
(async () => {
    const form = document.getElementById("doorstep"),
        list = document.getElementById("waiting"),
        words = document.getElementById("doorstep-words").dataset;
    if (!form) return;
    const fields = () => Object.fromEntries(new FormData(form));
    const kind = () => form.elements.kind.value;
    const show = () =>
        form.querySelectorAll("[data-for]").forEach((part) => {
            const off = part.dataset.for !== kind();
            part.hidden = off;
            part.querySelectorAll("input").forEach((i) => {
                i.disabled = off;
            });
        });
    form.addEventListener("change", show);
    show();
    /* a number is looked at before it leaves the page, by the rule of the server (lib.identity.read_mobile): what is read over
       a noisy street is put right while its owner still stands there */
    const digits = (text) =>
        text
            .normalize("NFKC")
            .replace(/[\s().·_\u2010-\u2015\u200b\ufeff-]/g, "")
            .replace(/^(\+86|0086|86(?=\d{11}$))/, "");
    const numbers = [form.elements.phone, form.elements.contact_phone];
    const check = (field) => {
        const text = digits(field.value);
        field.setCustomValidity(!text || /^1[3-9]\d{9}$/.test(text) ? "" : words.mobile);
        field.setAttribute("aria-invalid", String(!field.validity.valid && Boolean(text)));
    };
    for (const field of numbers) {
        const count = Object.assign(document.createElement("span"), { className: "quiet" });
        field.after(count);
        field.addEventListener("input", () => {
            const text = digits(field.value);
            count.textContent =
                text && text.length !== 11 ? words.counted.replace("#", String(text.length)) : "";
            check(field);
        });
        field.addEventListener("change", () => field.value && !field.disabled && field.reportValidity());
    }
    /* the page is the same for everybody and holds no token: who is signed in is asked */
    const out = document.querySelector("[data-sign-out]");
    /* and where this account may go on to; without network as it was told last: a paper of the account, which goes at any
       sign-out on this phone */
    const OPENS = "opens";
    const offer = (addresses) => {
        for (const way of document.querySelectorAll("[data-opens]"))
            way.hidden = !addresses.includes(way.getAttribute("href"));
    };
    offer([]);
    if (out) {
        let told = null;
        /* where it once lay open, and outlived a sign-out on another page */
        try {
            localStorage.removeItem("doorstep-opens");
        } catch {
            /* a phone that keeps nothing kept nothing there either */
        }
        if (Drafts.possible()) Drafts.paper(OPENS).then((kept) => kept && !told && offer(kept.body));
        fetch(form.dataset.token, { credentials: "same-origin" })
            .then((answer) => answer.json())
            .then(async (token) => {
                told = token;
                out.elements.csrfmiddlewaretoken.value = token.token;
                out.hidden = !token.signed_in;
                document.getElementById("may-not").hidden = !token.signed_in || token.may;
                offer(token.opens);
                if (!Drafts.possible()) return;
                await Drafts.known(token.whose);
                if (token.signed_in || (await Drafts.paper(OPENS)))
                    await Drafts.keepPaper(OPENS, token.opens);
            })
            .catch(() => {});
        out.addEventListener(
            "submit",
            (event) => {
                if (!list.children.length || confirm(out.querySelector("button").dataset.sure)) return;
                event.preventDefault();
                event.stopImmediatePropagation();
            },
            true,
        );
    }
    if (!Drafts.possible()) document.getElementById("no-drafts").hidden = false;

    /* what is being typed lies sealed like the entries: a reload, a call or a killed tab loses none of it */
    const PAGE = "/door/";
    let typing = 0;
    /* the refused entry that what stands in the form is to take the place of, also after a reload */
    let mending = null;
    if (Drafts.possible()) {
        /* the page does not wait for it: who is quick sends as before, and what was written meanwhile stands */
        const touched = new Set();
        Drafts.form(PAGE).then((typed) => {
            for (const [n, v] of Object.entries(typed || {}))
                if (form.elements[n] && !touched.has(n)) form.elements[n].value = v;
            mending ||= typed?.mending || null;
            show();
        });
        form.addEventListener("input", (event) => {
            touched.add(event.target.name);
            clearTimeout(typing);
            typing = setTimeout(() => Drafts.keepForm(PAGE, { ...fields(), mending }), 250);
        });
    }

    const render = async () => {
        const drafts = Drafts.possible() ? (await Drafts.all()).filter((draft) => !draft.body.action) : [];
        list.replaceChildren(
            ...drafts.map((draft) => {
                const item = document.createElement("li");
                item.className = "line";
                const name = document.createElement("span");
                name.textContent = draft.body.name || "—";
                const state = document.createElement("span");
                state.className = `badge ${draft.state === "refused" ? "bad" : draft.state === "sending" ? "busy" : "ask"}`;
                state.textContent = draft.body.why || words[draft.state];
                item.append(name, state);
                if (draft.state === "refused") {
                    const edit = Object.assign(document.createElement("button"), {
                        type: "button",
                        className: "secondary small",
                        textContent: words.mend,
                    });
                    edit.addEventListener("click", async () => {
                        for (const [n, v] of Object.entries(draft.body))
                            if (form.elements[n] && n !== "key") form.elements[n].value = v;
                        /* it leaves the phone when what takes its place is kept */
                        mending = draft.id;
                        show();
                        form.elements.name.focus();
                    });
                    item.append(edit);
                }
                return item;
            }),
        );
        document.getElementById("waiting-head").hidden = drafts.length === 0;
    };

    const say = (text, tone) => {
        const place = document.getElementById("said");
        place.textContent = text;
        place.className = `badge ${tone}`;
        place.hidden = !text;
    };
    let busy = false;
    const sendAll = async () => {
        if (busy || !navigator.onLine || !Drafts.possible()) return;
        busy = true;
        try {
            for (const draft of await Drafts.all()) {
                if (draft.state === "refused" || draft.body.action) continue;
                if (!(await send(draft))) break;
            }
        } finally {
            busy = false;
            render();
        }
    };
    const send = async (draft) => {
        let token;
        try {
            token = await (await fetch(form.dataset.token, { credentials: "same-origin" })).json();
            await Drafts.known(token.whose);
            if (token.whose && draft.body.whose && draft.body.whose !== token.whose) {
                await Drafts.put(draft.id, "other", draft.body);
                return true;
            }
            if (!token.signed_in) {
                document.getElementById("sign-in").hidden = false;
                return false;
            }
            await Drafts.put(draft.id, "sending", draft.body);
            render();
            const answer = await fetch(form.action, {
                method: "POST",
                credentials: "same-origin",
                headers: {
                    "Content-Type": "application/json",
                    Accept: "application/json",
                    "X-CSRFToken": token.token,
                },
                body: JSON.stringify({
                    ...draft.body,
                    key: draft.id,
                    why: undefined,
                    whose: undefined,
                    at: undefined,
                }),
            });
            if (answer.ok) {
                await Drafts.drop(draft.id);
                say(words.kept, "good");
                return true;
            }
            const problem = await answer.json().catch(() => ({}));
            if (answer.status === 408 || problem.code === "cut") {
                /* the network broke it off or was too slow for it: it goes again as it is */
                await Drafts.put(draft.id, "waiting", draft.body);
                return true;
            }
            if (answer.status >= 500 || answer.status === 429 || answer.status === 401) {
                await Drafts.put(draft.id, "waiting", draft.body);
                return false;
            }
            const why = Object.values(problem.fields || {}).join(" ") || problem.title || words.refused;
            await Drafts.put(draft.id, "refused", { ...draft.body, why });
            return true;
        } catch {
            await Drafts.put(draft.id, "waiting", draft.body);
            return false;
        }
    };

    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        numbers.forEach(check);
        if (!form.reportValidity()) return;
        const body = fields(),
            id = crypto.randomUUID();
        if (!Drafts.possible()) {
            await sendPlain(body);
            return;
        }
        clearTimeout(typing);
        await Drafts.put(id, "waiting", body);
        await Drafts.dropForm(PAGE);
        if (mending) await Drafts.drop(mending);
        mending = null;
        const kept = { kind: body.kind, region: body.region, sector: body.sector };
        form.reset();
        for (const [n, v] of Object.entries(kept)) form.elements[n].value = v;
        show();
        say(words.onphone, "ask");
        await render();
        await sendAll();
    });
    const sendPlain = async (body) => {
        const token = await (await fetch(form.dataset.token)).json();
        const key = "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
            (+c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (+c / 4)))).toString(16),
        );
        const answer = await fetch(form.action, {
            method: "POST",
            headers: {
                "Content-Type": "application/json",
                Accept: "application/json",
                "X-CSRFToken": token.token,
            },
            body: JSON.stringify({ ...body, key }),
        });
        const problem = answer.ok ? null : await answer.json().catch(() => ({}));
        say(
            answer.ok
                ? words.kept
                : Object.values(problem.fields || {}).join(" ") || problem.title || words.refused,
            answer.ok ? "good" : "bad",
        );
        if (answer.ok) form.reset();
    };
    addEventListener("online", sendAll);
    setInterval(sendAll, 15000);
    await render();
    sendAll();
})();
