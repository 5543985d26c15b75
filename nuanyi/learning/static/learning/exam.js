/* The paper of the road-safety test: how many are answered and how long it still runs. What was ticked is kept as in every form
   of the phone (keep.js): sealed, through a reload, a killed tab and a hole in the network. The paper itself is kept beside it,
   sealed too and without what is right, until it was handed in or its time is over: the page that stands in for it without
   network is filled from there. */
(() => {
    const bar = document.querySelector("[data-exam]"),
        says = document.querySelector("[data-paper]"),
        path = location.pathname;
    /* what was ticked never stays with the district: when the paper is marked, the phone that wrote it knows it, sealed */
    const HANDED = `${path}#handed`;
    /* one at a time: a new one takes the place of the one before */
    const PAPER = "exam.paper";
    const now = () => Date.now() / 1e3;
    const mark = async () => {
        const ticked = new Map((await Drafts.form(HANDED))?.fields || []);
        for (const question of document.querySelectorAll("[data-marked]")) {
            const own = question.querySelectorAll(".marked li")[ticked.get(question.dataset.marked)];
            if (!own) continue;
            const good = own.classList.contains("right");
            own.querySelector("[data-own]").hidden = false;
            own.classList.toggle("wrong", !good);
            question.querySelector("[data-good]").hidden = !good;
            question.querySelector("[data-wrong]").hidden = good;
            question.open = !good;
        }
    };
    const paper = async () => {
        const kept = await Drafts.form(PAPER);
        if (!kept || kept.until > now()) return kept;
        await Drafts.dropForm(PAPER);
        return { ...kept, over: true };
    };
    const drop = async () => {
        if ((await paper())?.action === path) await Drafts.dropForm(PAPER);
    };
    if (!bar) {
        if (Drafts.possible()) mark().then(drop);
        return;
    }
    const form = document.querySelector("form[data-keep=answers]");
    const keep = () => {
        const questions = [...form.querySelectorAll("fieldset.question")].map((box) => ({
            words: box.querySelector("legend").textContent.trim(),
            name: box.querySelector("input").name,
            options: [...box.querySelectorAll("label")].map((label) => label.textContent.trim()),
        }));
        return Drafts.keepForm(PAPER, { action: path, until: Number(bar.dataset.until), questions });
    };
    const show = () => {
        const left = Math.max(0, Math.ceil(Number(bar.dataset.until) - now())),
            minutes = String(Math.floor(left / 60)).padStart(2, "0"),
            seconds = String(left % 60).padStart(2, "0");
        bar.textContent = left
            ? bar.dataset.words
                  .replace("#", form.querySelectorAll("input[type=radio]:checked").length)
                  .replace("@", form.querySelectorAll("fieldset.question").length)
                  .replace("~", `${minutes}:${seconds}`)
            : bar.dataset.over;
        bar.classList.toggle("bad", left < 60);
        bar.hidden = false;
    };
    const run = () => {
        form.addEventListener("submit", () => {
            const fields = [...new FormData(form)].filter(([name]) => /^q\d+$/.test(name));
            if (!Drafts.possible()) return;
            Drafts.keepForm(HANDED, { action: path, fields }).then(drop);
        });
        form.addEventListener("change", show);
        form.addEventListener("restored", show);
        show();
        setInterval(show, 1000);
    };
    /* handed in without network, sent now */
    document.addEventListener("kept-sent", ({ detail }) => {
        if (detail.body.action === path) location.reload();
    });
    if (!says) {
        if (Drafts.possible()) keep();
        run();
        return;
    }

    /* without network: what was kept of this paper, with what was ticked on it */
    const element = (tag, parts, ...children) => {
        const made = Object.assign(document.createElement(tag), parts);
        made.append(...children);
        return made;
    };
    const fill = ({ until, questions }, ticked) => {
        form.querySelector("[data-questions]").replaceChildren(
            ...questions.map(({ words, name, options }) =>
                element(
                    "fieldset",
                    { className: "question" },
                    element("legend", { textContent: words }),
                    ...options.map((option, number) =>
                        element(
                            "label",
                            { className: "option" },
                            element("input", {
                                type: "radio",
                                name,
                                value: String(number),
                                required: true,
                                checked: ticked.get(name) === String(number),
                            }),
                            ` ${option}`,
                        ),
                    ),
                ),
            ),
        );
        bar.dataset.until = until;
        says.hidden = true;
        form.hidden = false;
        run();
    };
    const stand = async () => {
        const kept = await paper();
        if (await Drafts.form(HANDED)) says.textContent = says.dataset.wordsHanded;
        else if (kept?.action !== path) return;
        else if (kept.over) says.textContent = says.dataset.wordsOver;
        else fill(kept, new Map((await Drafts.form(`${path}#answers`))?.fields || []));
    };
    stand();
    /* the network is back: what is not on this phone, or was marked meanwhile, is on the server; what is being written stays as
       it is, and what was handed in is sent first */
    const back = async () => {
        const waits = (await Drafts.all()).some(
            ({ state, body }) => state === "waiting" && body.action === path,
        );
        if (form.hidden && !waits) location.reload();
    };
    addEventListener("online", back);
    /* some phones say nothing when the network is back, or say it too early */
    setInterval(() => {
        if (!form.hidden) return;
        fetch("/healthz", { method: "HEAD", cache: "no-store" }).then(
            (answer) => answer.ok && back(),
            () => {},
        );
    }, 8000);
})();
