/* Forms with data-keep: what is written is kept on the phone first (sealed), then sent; a retry carries the same key.
   What was refused later stays until its writer has seen why. A page with data-kept and no form sends what waits. */
(() => {
    const form = document.querySelector("form[data-keep]"),
        place = document.querySelector("[data-kept]"),
        refused = document.querySelector("[data-refused]");
    if (!(form || place) || !Drafts.possible()) return;
    const say = (state) => {
        if (!place) return;
        place.textContent = place.dataset[`words${state[0].toUpperCase()}${state.slice(1)}`] || "";
        place.hidden = false;
    };

    /* a photo is made small on the phone: the place in it goes, and so do most of its bytes */
    const small = async (file) => {
        try {
            const picture = await createImageBitmap(file);
            const scale = Math.min(1, 1280 / Math.max(picture.width, picture.height));
            const canvas = Object.assign(document.createElement("canvas"), {
                width: Math.round(picture.width * scale),
                height: Math.round(picture.height * scale),
            });
            canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
            return canvas.toDataURL("image/jpeg", 0.8);
        } catch {
            return new Promise((done) => {
                const reader = new FileReader();
                reader.onload = () => done(reader.result);
                reader.readAsDataURL(file);
            });
        }
    };
    const blob = (text) => {
        const [head, body] = text.split(",");
        return new Blob([Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0))], {
            type: head.slice(5).split(";")[0],
        });
    };
    const packed = async (button) => {
        const body = {
            action: button?.getAttribute("formaction") || form.getAttribute("action") || location.pathname,
            title: form.dataset.title || document.querySelector("h1").textContent,
            fields: [],
            files: [],
        };
        for (const [name, value] of new FormData(form, button)) {
            if (name === "csrfmiddlewaretoken") continue;
            if (value instanceof File) {
                if (value.size) body.files.push([name, await small(value)]);
            } else body.fields.push([name, value]);
        }
        return body;
    };
    const showRefused = async () => {
        if (!refused) return;
        const rows = (await Drafts.all()).filter((draft) => draft.state === "refused" && draft.body.action);
        refused.hidden = !rows.length;
        refused.replaceChildren(
            ...rows.map((draft) => {
                const item = document.createElement("li"),
                    drop = Object.assign(document.createElement("button"), {
                        type: "button",
                        className: "secondary small",
                        textContent: refused.dataset.forget,
                    });
                drop.addEventListener("click", async () => {
                    await Drafts.drop(draft.id);
                    showRefused();
                });
                item.append(
                    `${draft.body.title || ""}: ${refused.dataset.refused} ${draft.body.why || ""} `,
                    drop,
                );
                return item;
            }),
        );
    };
    const why = async (answer) => {
        const problem = await answer.json().catch(() => ({}));
        return (
            Object.values(problem.fields || {})
                .flat()
                .join(" ") ||
            problem.title ||
            ""
        );
    };
    const later = async (draft, state) => {
        await Drafts.put(draft.id, "waiting", draft.body);
        say(state);
        return null;
    };
    /* the page that came after it, "refused", "other" (an account that is not signed in wrote it), or null where it still waits */
    const send = async (draft) => {
        say("sending");
        try {
            const { token, whose } = await (
                await fetch("/door/token/", { credentials: "same-origin" })
            ).json();
            await Drafts.known(whose);
            if (
                whose &&
                draft.body.whose &&
                draft.body.whose !== whose &&
                draft.body.action.startsWith("/office/")
            ) {
                say("other");
                return "other";
            }
            const data = new FormData();
            draft.body.fields.forEach(([name, value]) => data.append(name, value));
            for (const [name, text] of draft.body.files) data.append(name, blob(text), "photo.jpg");
            const answer = await fetch(draft.body.action, {
                method: "POST",
                body: data,
                credentials: "same-origin",
                headers: { "X-CSRFToken": token, Accept: "application/json" },
            });
            if (answer.status === 401) return later(draft, "signin");
            if (answer.status >= 500 || answer.status === 429) return later(draft, "waiting");
            if (answer.ok || answer.redirected) {
                await Drafts.drop(draft.id);
                say("sent");
                return answer.url;
            }
            await Drafts.put(draft.id, "refused", { ...draft.body, why: await why(answer) });
            return "refused";
        } catch {
            return later(draft, "waiting");
        }
    };
    let busy = false;
    const sendAll = async (mine) => {
        if (busy || !navigator.onLine) {
            if (mine) say("waiting");
            return;
        }
        busy = true;
        try {
            for (const draft of await Drafts.all()) {
                if (!draft.body.action || draft.state === "refused") continue;
                const target = await send(draft);
                if (target === null) break;
                if (target === "other") continue;
                if (draft.id !== mine) {
                    document.dispatchEvent(new CustomEvent("kept-sent", { detail: draft }));
                    continue;
                }
                if (target === "refused") {
                    await Drafts.drop(draft.id);
                    form.submit();
                } else location.assign(target);
                return;
            }
        } finally {
            busy = false;
            showRefused();
        }
    };
    const mine = () => form?.elements.key.value;
    form?.addEventListener("submit", async (event) => {
        event.preventDefault();
        const id = mine();
        await Drafts.put(id, "waiting", await packed(event.submitter));
        document.dispatchEvent(new CustomEvent("kept"));
        await sendAll(id);
    });
    addEventListener("online", () => sendAll(mine()));
    setInterval(() => sendAll(mine()), 10000);
    sendAll();
})();
