/* Lessons on the phone: what was read and the days in a row stay here; questions answer at once and come again after days,
   later each time they were right (Leitner's boxes); a voice reads aloud. */
(() => {
    const DONE = "learn.done",
        CARDS = "learn.cards",
        DAYS = [1, 3, 7, 21, 60],
        MOST_CARDS = 150;
    const kept = (name) => {
        try {
            return JSON.parse(localStorage.getItem(name)) || {};
        } catch {
            return {};
        }
    };
    const read = () => kept(DONE);
    const today = () => new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date());
    const before = (day, n) =>
        new Intl.DateTimeFormat("sv-SE", { timeZone: "UTC" }).format(
            new Date(Date.parse(`${day}T00:00:00Z`) - n * 86400000),
        );
    const row = (days) => {
        const from = days.has(today()) ? 0 : 1;
        let n = 0;
        while (days.has(before(today(), from + n))) n += 1;
        return n;
    };

    const done = read();
    document.querySelectorAll("[data-lesson]").forEach((link) => {
        if (done[link.dataset.lesson]) link.classList.add("read");
    });
    document.querySelectorAll("[data-shelf]").forEach((shelf) => {
        const lessons = shelf.querySelectorAll("[data-lesson]"),
            seen = shelf.querySelectorAll("[data-lesson].read").length,
            place = shelf.querySelector("[data-read-of]");
        if (seen) place.textContent = place.dataset.readOf.replace("#", seen).replace("@", lessons.length);
    });
    /* the service worker fetches what is not kept yet, one after the other */
    const save = document.querySelector("[data-save-all]");
    if (save && navigator.serviceWorker?.controller) {
        const words = save.querySelector("span");
        save.hidden = false;
        save.addEventListener("click", () => {
            const channel = new MessageChannel(),
                all = [...document.querySelectorAll("[data-lesson]")].map((link) => link.pathname),
                pictures = [...document.querySelectorAll(".thumb")].map((one) => new URL(one.src).pathname);
            save.disabled = true;
            words.textContent = save.dataset.saving;
            channel.port1.onmessage = ({ data }) => {
                save.disabled = data.kept === all.length;
                words.textContent = save.disabled ? save.dataset.saved : save.dataset.failed;
            };
            navigator.serviceWorker.controller.postMessage({ keep: all, pictures }, [channel.port2]);
        });
    }
    const streak = document.querySelector("[data-streak]");
    const number = Object.keys(done).length;
    if (streak && number) {
        const days = row(new Set(Object.values(done)));
        streak.textContent = streak.dataset.words.replace("#", days).replace("@", number);
        streak.hidden = false;
    }

    const later = (days) => before(today(), -days);
    const grade = (id, card, good) => {
        const cards = kept(CARDS),
            old = cards[id];
        const box = good ? Math.min((old ? old.box : 0) + 1, DAYS.length - 1) : 0;
        cards[id] = { ...card, box, due: later(DAYS[box]) };
        const most = Object.entries(cards)
            .sort(([, a], [, b]) => (a.due < b.due ? -1 : 1))
            .slice(0, MOST_CARDS);
        localStorage.setItem(CARDS, JSON.stringify(Object.fromEntries(most)));
    };
    /* the right one and the tapped one are marked, by sign and not by colour alone */
    const mark = (box, tapped, right, options) => {
        box.classList.add("answered");
        options.forEach((one, k) => {
            one.classList.toggle("right", k === right);
            one.classList.toggle("wrong", k === tapped && k !== right);
        });
    };
    const repeat = document.querySelector("[data-repeat]");
    const ask = () => {
        const [id, card] =
            Object.entries(kept(CARDS))
                .filter(([, one]) => one.due <= today())
                .sort(([, a], [, b]) => (a.due < b.due ? -1 : 1))[0] || [];
        repeat.hidden = !card;
        if (!card) return;
        const box = repeat.querySelector("fieldset"),
            further = repeat.querySelector("[data-further]"),
            said = document.createElement("p");
        further.hidden = true;
        said.setAttribute("role", "status");
        box.replaceChildren(
            Object.assign(document.createElement("legend"), { textContent: card.q }),
            ...card.options.map((words, n) => {
                const button = Object.assign(document.createElement("button"), {
                    type: "button",
                    className: "secondary",
                    textContent: words,
                });
                button.addEventListener("click", () => {
                    if (!further.hidden) return;
                    const good = n === card.right;
                    grade(id, card, good);
                    mark(box, n, card.right, [...box.querySelectorAll("button")]);
                    said.textContent = `${good ? repeat.dataset.right : repeat.dataset.wrong} ${card.why}`;
                    further.hidden = false;
                });
                return button;
            }),
            said,
        );
    };
    if (repeat) {
        repeat.querySelector("[data-further]").addEventListener("click", ask);
        ask();
    }

    const page = document.querySelector("[data-slug]");
    if (!page) return;
    const questions = document.querySelector("[data-questions]");
    if (questions) {
        const right = JSON.parse(questions.dataset.questions);
        questions.querySelectorAll(".question").forEach((box) => {
            box.addEventListener("click", (event) => {
                const button = event.target.closest("[data-option]");
                if (!button) return;
                const good = Number(button.dataset.option) === right[Number(box.dataset.n)];
                const verdict = box.querySelector("[data-verdict]");
                if (!box.dataset.answered) {
                    box.dataset.answered = "1";
                    const why = box
                        .querySelector("details p")
                        .textContent.replace(verdict.textContent, "")
                        .trim();
                    grade(
                        `${page.dataset.slug}/${box.dataset.n}`,
                        {
                            q: box.querySelector("legend").textContent,
                            options: [...box.querySelectorAll("[data-option]")].map((one) => one.textContent),
                            right: right[Number(box.dataset.n)],
                            why,
                        },
                        good,
                    );
                }
                verdict.textContent = good ? verdict.dataset.right : verdict.dataset.wrong;
                mark(box, Number(button.dataset.option), right[Number(box.dataset.n)], [
                    ...box.querySelectorAll("[data-option]"),
                ]);
                box.querySelector("details").open = true;
            });
        });
    }
    const voice = document.querySelector("[data-read]");
    if (voice && window.speechSynthesis) {
        voice.hidden = false;
        const words = voice.textContent;
        const rest = () => {
            voice.textContent = words;
            voice.setAttribute("aria-pressed", "false");
        };
        voice.addEventListener("click", () => {
            if (speechSynthesis.speaking) {
                speechSynthesis.cancel();
                rest();
                return;
            }
            const said = new SpeechSynthesisUtterance(document.querySelector("[data-text]").innerText);
            said.lang = "zh-CN";
            said.onend = rest;
            speechSynthesis.speak(said);
            voice.textContent = voice.dataset.stop;
            voice.setAttribute("aria-pressed", "true");
        });
    }
    const form = document.querySelector("[data-done]");
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const now = read();
        now[page.dataset.slug] = today();
        localStorage.setItem(DONE, JSON.stringify(now));
        try {
            const { token } = await (await fetch("/door/token/", { credentials: "same-origin" })).json();
            await fetch(form.getAttribute("action"), {
                method: "POST",
                body: new FormData(form),
                credentials: "same-origin",
                headers: { "X-CSRFToken": token, "X-Quiet": "1" },
            });
        } catch {
            /* without network it counts on this phone; the count of all readers is only a count */
        }
        location.assign("/learn/");
    });
})();
