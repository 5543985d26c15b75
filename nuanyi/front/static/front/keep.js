/* On every page of the phone. What is written in forms with data-keep is kept first (sealed), then sent; a retry carries the
   same key. The value of data-keep tells several forms of one page apart. What waits is sent from any page, and its
   answer, with the link and the code, is shown until it is put away. */
(() => {
    if (!Drafts.possible()) return;
    const forms = [...document.querySelectorAll("form[data-keep]")],
        place = document.querySelector("[data-words-waiting]"),
        board = document.querySelector("[data-answers]");
    const element = (tag, parts = {}, ...children) => {
        const made = Object.assign(document.createElement(tag), parts);
        made.append(...children);
        return made;
    };
    /* sentences after one another: what ends with a full-width sign has its blank in it */
    const joined = (...parts) =>
        parts
            .filter(Boolean)
            .reduce((all, next) => (/[，。；：！？）”]$/.test(all) ? all + next : `${all} ${next}`), "")
            .trim();
    const say = (state) => {
        if (!place) return;
        place.textContent = state ? place.dataset[`words${state[0].toUpperCase()}${state.slice(1)}`] : "";
        place.hidden = !place.textContent;
    };

    /* a form made by a phone's page has a key of its own, any other the one that came with its page */
    const keyOf = (form) =>
        form.elements.namedItem("key")?.value || form.elements.namedItem("once")?.value || "";
    const formOf = (id) => forms.find((form) => keyOf(form) === id);
    /* under which name a form that is being written is kept */
    const nameOf = (form) => location.pathname + (form.dataset.keep ? `#${form.dataset.keep}` : "");

    /* a photo is made small on the phone: the place in it goes, and so do most of its bytes */
    const read = (file) =>
        new Promise((done) => {
            const reader = new FileReader();
            reader.onload = () => done(reader.result);
            reader.readAsDataURL(file);
        });
    const made = new WeakMap();
    const small = async (file) => {
        if (made.has(file)) return made.get(file);
        let text;
        try {
            const picture = await createImageBitmap(file);
            const scale = Math.min(1, 1280 / Math.max(picture.width, picture.height));
            const canvas = element("canvas", {
                width: Math.round(picture.width * scale),
                height: Math.round(picture.height * scale),
            });
            canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
            text = canvas.toDataURL("image/jpeg", 0.8);
        } catch {
            text = await read(file);
        }
        made.set(file, text);
        return text;
    };
    const blob = (text) => {
        const [head, body] = text.split(",");
        return new Blob([Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0))], {
            type: head.slice(5).split(";")[0],
        });
    };
    const packed = async (form, button) => {
        const body = {
            action: button?.getAttribute("formaction") || form.getAttribute("action") || location.pathname,
            page: location.pathname,
            form: nameOf(form),
            title: form.dataset.title || document.querySelector("h1").textContent.trim(),
            fields: [],
            files: [],
        };
        for (const [name, value] of new FormData(form, button)) {
            if (name === "csrfmiddlewaretoken") continue;
            if (value instanceof File) {
                if (value.size) body.files.push([name, await small(value)]);
            } else body.fields.push([name, value]);
        }
        /* a page's key counts for two days, a phone's for as long as a draft may wait */
        if (!form.elements.namedItem("key")) body.fields.push(["key", keyOf(form)]);
        return body;
    };

    /* what came back and what waits, on any page */
    const card = (answer) => {
        const words = board.dataset,
            put = element("button", { type: "button", className: "secondary", textContent: words.away }),
            title = joined(words.sent, answer.body.title).slice(words.sent.length),
            text = element("p", {}, element("b", { textContent: words.sent }), title);
        put.addEventListener("click", async () => {
            await Drafts.putAway(answer.id);
            show();
        });
        const box = element("div", { className: "note good" }, text);
        if (answer.body.number) text.append(element("br"), `${words.number} ${answer.body.number}`);
        if (answer.body.code)
            box.append(
                element("p", { textContent: words.code }),
                element("p", { className: "answer", textContent: answer.body.code }),
            );
        const look = element("a", { className: "button", href: answer.body.link, textContent: words.look });
        box.append(element("p", { className: "pair" }, look, put));
        return box;
    };
    const refusedCard = (draft) => {
        const words = board.dataset,
            mend = element("button", { type: "button", textContent: words.mend }),
            drop = element("button", {
                type: "button",
                className: "secondary",
                textContent: words.forget,
            });
        mend.addEventListener("click", async () => {
            await Drafts.keepForm(draft.body.form || draft.body.page || draft.body.action, draft.body);
            await Drafts.drop(draft.id);
            location.assign(draft.body.page || draft.body.action);
        });
        drop.addEventListener("click", async () => {
            await Drafts.drop(draft.id);
            show();
        });
        return element(
            "li",
            { className: "note bad" },
            element("p", {
                textContent: joined(draft.body.title, words.refused, draft.body.why),
            }),
            element("p", { className: "pair" }, mend, drop),
        );
    };
    const show = async () => {
        if (!board) return;
        const drafts = (await Drafts.all()).filter((draft) => draft.body.action);
        const refused = drafts.filter((draft) => draft.state === "refused");
        const waiting = drafts.filter((draft) => draft.state !== "refused" && !formOf(draft.id));
        const fresh = (await Drafts.answers()).filter(
            (answer) => !answer.body.away && answer.body.link && answer.body.link !== location.pathname,
        );
        const parts = fresh.map(card);
        if (waiting.length) {
            const days = Math.floor((Date.now() - Math.min(...waiting.map(({ at }) => at))) / 86400e3);
            const words = [board.dataset.waiting.replace("#", String(waiting.length))];
            if (days >= 2) words.push(board.dataset.old.replace("#", String(days)));
            parts.push(element("p", { className: "note", textContent: joined(...words) }));
        }
        const items = element("ul", { className: "plain-list" }, ...refused.map(refusedCard));
        items.dataset.refused = "";
        if (refused.length) parts.push(items);
        board.replaceChildren(...parts);
        board.hidden = !parts.length;
    };

    const takeErrors = (form) => {
        form.parentElement.querySelectorAll("[data-wrong-late]").forEach((old) => old.remove());
        form.querySelectorAll(".field.bad").forEach((old) => old.classList.remove("bad"));
    };
    /* what was not right, at its field: the form stays as it is, with its photos */
    const showErrors = (form, problem) => {
        takeErrors(form);
        const lines = element("ul");
        for (const [name, words] of Object.entries(problem.fields || {})) {
            const named = form.elements.namedItem(name),
                field = named instanceof RadioNodeList ? named[0] : named,
                box = field?.closest(".field");
            const label = box?.querySelector("label, legend")?.firstChild?.textContent.trim();
            /* a label that asks has its sign already */
            const english = document.documentElement.lang?.startsWith("en"),
                between = /[?？]$/.test(label) ? (english ? " " : "") : english ? ": " : "：";
            const text = label ? `${label}${between}${words}` : String(words);
            if (!box) {
                lines.append(element("li", { textContent: text }));
                continue;
            }
            box.classList.add("bad");
            for (const fold of [field.closest("details")]) if (fold) fold.open = true;
            const wrong = element("span", { className: "wrong", textContent: String(words) });
            wrong.dataset.wrongLate = "";
            box.insertBefore(wrong, box.children[1] || null);
            lines.append(element("li", {}, element("a", { href: `#${field.id}`, textContent: text })));
        }
        if (!lines.children.length)
            lines.append(element("li", { textContent: problem.title || board?.dataset.refused || "" }));
        const summary = element(
            "div",
            { className: "errors", tabIndex: -1 },
            element("h2", { textContent: board?.dataset.notyet || "" }),
            lines,
        );
        summary.dataset.wrongLate = "";
        summary.setAttribute("role", "alert");
        form.before(summary);
        summary.focus();
    };

    const later = async (draft, state) => {
        await Drafts.put(draft.id, "waiting", draft.body);
        /* that a sign-in is missing concerns every draft of this phone, not only the one on this page */
        if (formOf(draft.id) || state === "signin") say(state);
        return null;
    };
    const timed = (address, options = {}, seconds = 20) =>
        fetch(address, {
            credentials: "same-origin",
            signal: AbortSignal.timeout(seconds * 1000),
            ...options,
        });
    /* {link} of the page that came after it, {problem}, {other: true} (an account that is not signed in wrote it),
       {limited: true} (too many for this hour), {broken: true} (it arrived in part), or null where it still waits */
    const send = async (draft) => {
        if (formOf(draft.id)) say("sending");
        let answer;
        try {
            const { token, whose } = await (await timed("/door/token/")).json();
            await Drafts.known(whose);
            const account = Drafts.ofAccount(draft.body);
            if (account && whose && draft.body.whose && draft.body.whose !== whose) {
                say("other");
                return { other: true };
            }
            const data = new FormData();
            draft.body.fields.forEach(([name, value]) => data.append(name, value));
            for (const [name, text] of draft.body.files) data.append(name, blob(text), "photo.jpg");
            answer = await timed(
                draft.body.action,
                {
                    method: "POST",
                    body: data,
                    headers: { "X-CSRFToken": token, Accept: "application/json" },
                },
                90,
            );
        } catch {
            return later(draft, "waiting");
        }
        if (answer.status === 401) return later(draft, "signin");
        if (answer.status === 429) {
            /* a limit is that of one desk: what is for another goes on */
            await later(draft, "waiting");
            return { limited: true };
        }
        if (answer.status >= 500) return later(draft, "waiting");
        const told = await answer.json().catch(() => ({}));
        if (answer.status === 408 || told.code === "cut") {
            /* the network broke it off or was too slow for it: it goes again as it is, and smaller ones need not wait for it */
            await later(draft, "waiting");
            return { broken: true };
        }
        if (!answer.ok) {
            const why = Object.values(told.fields || {}).join(" ") || told.title || "";
            await Drafts.put(draft.id, "refused", { ...draft.body, why });
            return { problem: told };
        }
        const link = told.link || new URL(answer.url, location.href).pathname;
        if (told.link)
            await Drafts.answered(draft.id, {
                link,
                title: told.title || draft.body.title,
                number: told.number || "",
                code: told.code || "",
                words: (draft.body.fields.find(([name]) => name === "words") || ["", ""])[1].slice(0, 60),
            });
        else await Drafts.drop(draft.id);
        if (Drafts.ofAccount(draft.body)) await Drafts.noteSent(draft.body.action, draft.body.fields);
        if (formOf(draft.id)) say("sent");
        return { link, page: told.link ? `${told.link}?sent=1` : answer.url, kept: Boolean(told.link) };
    };
    /* what a page says is worth finding again is kept; lists of it stand where somebody would look for it */
    const keepThings = async () => {
        for (const place of document.querySelectorAll("[data-thing]")) {
            const { thing, name, title, link } = place.dataset;
            if ("gone" in place.dataset) {
                await Drafts.dropThing(thing, name);
                continue;
            }
            await Drafts.keepThing(thing, name, {
                title,
                link: link || location.pathname,
                words: place.dataset.words || "",
            });
        }
        for (const list of document.querySelectorAll("[data-things]")) {
            const found = (await Drafts.things()).filter(({ body }) => body.sort === list.dataset.things);
            if (!found.length) continue;
            list.replaceChildren(
                ...found.map(({ body }) =>
                    element(
                        "li",
                        {},
                        element(
                            "a",
                            { href: body.link },
                            element("span", {
                                textContent: [body.title, body.words].filter(Boolean).join("\u00a0· "),
                            }),
                        ),
                    ),
                ),
            );
            list.before(element("h2", { className: "of-things", textContent: list.dataset.title }));
            list.hidden = false;
        }
    };
    keepThings();

    /* the first page that comes sends; the others of this phone wait for it */
    const alone = (act) =>
        navigator.locks
            ? navigator.locks.request("nuanyi.send", { ifAvailable: true }, (lock) => (lock ? act() : null))
            : act();
    let busy = false;
    const sendAll = async ({ tapped = false } = {}) => {
        if (busy || !navigator.onLine) {
            if (tapped) say("waiting");
            show();
            return;
        }
        busy = true;
        try {
            await alone(async () => {
                const full = new Set();
                for (const draft of await Drafts.all()) {
                    if (!draft.body.action || draft.state === "refused" || full.has(draft.body.action))
                        continue;
                    const found = await send(draft);
                    if (found === null) break;
                    if (found.limited) full.add(draft.body.action);
                    if (found.other || found.limited || found.broken) continue;
                    const form = formOf(draft.id);
                    if (!form) {
                        document.dispatchEvent(new CustomEvent("kept-sent", { detail: draft }));
                        continue;
                    }
                    if (found.problem) {
                        /* the form is on the disk before the draft leaves it */
                        await save(form, { always: true });
                        say("");
                        showErrors(form, found.problem);
                        await Drafts.drop(draft.id);
                        continue;
                    }
                    /* its own page shows link and code: nothing more to put away */
                    if (found.kept) await Drafts.putAway(draft.id);
                    await Drafts.dropForm(nameOf(form));
                    left.add(form);
                    location.assign(found.page);
                    return;
                }
            });
        } finally {
            busy = false;
            show();
        }
    };

    /* what is being written survives everything but its being sent */
    const left = new Set();
    /* what stands in a form before anybody writes in it, and what changes by itself */
    const bare = new Map();
    const written = (fields) =>
        JSON.stringify(
            fields.filter(
                ([name]) => !["csrfmiddlewaretoken", "key", "once", "lat", "lon", "accuracy"].includes(name),
            ),
        );
    const save = async (form, { always = false } = {}) => {
        if (left.has(form)) return;
        const body = await packed(form, null);
        const touched = always || body.files.length || written(body.fields) !== bare.get(form);
        if (touched && !left.has(form)) await Drafts.keepForm(nameOf(form), body);
    };
    /** @param {Set<string>} typed what was written since the page came: it stands, whatever was kept before */
    const restore = async (form, typed) => {
        const texts = [...new FormData(form)].filter(([, value]) => !(value instanceof File));
        bare.set(form, typed.size ? "" : written(texts));
        const body = await Drafts.form(nameOf(form));
        if (!body) return;
        const files = {};
        for (const [name, text] of body.files) {
            files[name] ||= new DataTransfer();
            files[name].items.add(new File([blob(text)], "photo.jpg", { type: blob(text).type }));
        }
        for (const [name, value] of body.fields) {
            if (name === "key" || name === "once" || typed.has(name)) continue;
            const field = form.elements.namedItem(name);
            if (!field) continue;
            const many = field instanceof RadioNodeList ? [...field] : [field];
            for (const one of many) {
                if (["radio", "checkbox"].includes(one.type)) {
                    if (one.value === value) one.checked = true;
                } else one.value = value;
            }
        }
        for (const [name, box] of Object.entries(files)) {
            const field = form.elements.namedItem(name);
            if (!field || typed.has(name)) continue;
            field.files = box.files;
            field.dispatchEvent(new CustomEvent("restored", { bubbles: true }));
        }
        form.dispatchEvent(new CustomEvent("restored"));
        form.querySelectorAll("details").forEach((fold) => {
            const filled = [...fold.querySelectorAll("input, select, textarea")].some(
                (field) => field.value && !["radio", "checkbox", "hidden"].includes(field.type),
            );
            if (filled) fold.open = true;
        });
        if (form.closest("details")) form.closest("details").open = true;
        if (!board) return;
        const again = element("button", {
            type: "button",
            className: "secondary small",
            textContent: board.dataset.again,
        });
        const note = element(
            "div",
            { className: "note" },
            element("p", { textContent: board.dataset.still }),
            again,
        );
        again.addEventListener("click", async () => {
            left.add(form);
            await Drafts.dropForm(nameOf(form));
            location.reload();
        });
        form.before(note);
    };
    /* after the scripts of the page, which may want to hear of it */
    const ready = new Promise((done) => {
        if (document.readyState === "complete") done();
        else addEventListener("DOMContentLoaded", done);
    });
    for (const form of forms) {
        let wait = null;
        /* a thumb may be faster than the phone's store: what is written meanwhile is heard and waits for it */
        const typed = new Set();
        const begun = ready.then(() => restore(form, typed));
        const soon = (event) => {
            if (event.isTrusted) typed.add(event.target.name);
            clearTimeout(wait);
            wait = setTimeout(() => begun.then(() => save(form)), 250);
        };
        form.addEventListener("input", soon);
        form.addEventListener("change", soon);
        document.addEventListener("visibilitychange", () => {
            if (document.visibilityState === "hidden" && bare.has(form)) save(form);
        });
        form.addEventListener("submit", async (event) => {
            event.preventDefault();
            clearTimeout(wait);
            /* what the page knows to be missing is said at its field, before it waits for an office that would refuse it */
            const missing = { fields: {}, by: event.submitter };
            form.dispatchEvent(new CustomEvent("leaving", { detail: missing }));
            if (Object.keys(missing.fields).length) {
                await save(form, { always: true });
                showErrors(form, missing);
                return;
            }
            takeErrors(form);
            const id = keyOf(form);
            const body = await packed(form, event.submitter);
            left.add(form);
            await Drafts.put(id, "waiting", body);
            /* what becomes of it is said where it was sent from: a page may have several forms */
            if (place) form.after(place);
            await Drafts.dropForm(nameOf(form));
            left.delete(form);
            document.dispatchEvent(new CustomEvent("kept"));
            await sendAll({ tapped: true });
        });
    }
    addEventListener("online", () => sendAll());
    setInterval(sendAll, 10000);
    show();
    sendAll();
})();
