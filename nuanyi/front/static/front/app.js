/* The office's behaviour. Pages work without it; it makes them quicker. */
(() => {
    const $ = (selector, root = document) => root.querySelector(selector);
    const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

    document.addEventListener("click", (event) => {
        const button = event.target.closest("[data-does]");
        if (!button) return;
        if (button.dataset.does === "print") window.print();
        if (button.dataset.does === "rail") {
            const shown = $(".rail").classList.toggle("shown");
            button.setAttribute("aria-expanded", shown);
        }
        if (button.dataset.does === "all") {
            $$("input[name=id]").forEach((box) => {
                box.checked = button.checked;
            });
            count();
        }
    });

    /* rows: j k move, x picks, o or Enter opens, e exports, / searches, ? helps */
    const rows = () => $$("tr[data-row]");
    let at = -1;
    const move = (step) => {
        const list = rows();
        if (!list.length) return;
        list[at]?.classList.remove("at");
        at = Math.max(0, Math.min(list.length - 1, at + step));
        list[at].classList.add("at");
        list[at].scrollIntoView({ block: "nearest" });
    };
    const count = () => {
        const picked = $$("input[name=id]:checked").length;
        $$("[data-picked]").forEach((place) => {
            place.textContent = picked;
        });
        $$("[data-needs-pick]").forEach((button) => {
            button.disabled = picked === 0;
        });
    };
    document.addEventListener("change", (event) => {
        if (event.target.name === "id") count();
    });
    document.addEventListener("keydown", (event) => {
        if (
            event.target.closest("input, select, textarea, dialog") ||
            event.ctrlKey ||
            event.metaKey ||
            event.altKey
        )
            return;
        const row = rows()[at];
        if (event.key === "j") move(1);
        else if (event.key === "k") move(-1);
        else if (event.key === "x" && row) {
            const box = $("input[name=id]", row);
            if (box) {
                box.checked = !box.checked;
                count();
            }
        } else if ((event.key === "o" || event.key === "Enter") && row) $("a", row)?.click();
        else if (event.key === "e") $("[data-export]")?.click();
        else if (event.key === "/") {
            event.preventDefault();
            $(".find input")?.focus();
        } else if (event.key === "?") $("#keys")?.showModal();
    });
    count();

    /* columns can be hidden; what was chosen stays on this machine */
    $$("table[data-columns]").forEach((table) => {
        const key = `columns:${table.dataset.columns}`;
        let hidden = [];
        try {
            hidden = JSON.parse(localStorage.getItem(key) || "[]");
        } catch {
            /* all columns */
        }
        const apply = () =>
            $$("tr", table).forEach((row) =>
                [...row.children].forEach((cell, i) => {
                    cell.hidden = hidden.includes(i);
                }),
            );
        const box = $(`[data-chooser="${table.dataset.columns}"]`);
        if (box)
            $$("thead th", table).forEach((head, i) => {
                if (!head.dataset.may) return;
                const label = document.createElement("label");
                const tick = Object.assign(document.createElement("input"), {
                    type: "checkbox",
                    checked: !hidden.includes(i),
                });
                tick.addEventListener("change", () => {
                    hidden = tick.checked ? hidden.filter((n) => n !== i) : [...hidden, i];
                    try {
                        localStorage.setItem(key, JSON.stringify(hidden));
                    } catch {
                        /* for this page only */
                    }
                    apply();
                });
                label.append(tick, " ", head.textContent);
                box.append(label);
            });
        apply();
    });

    /* an undo can be taken for ten seconds */
    $$("[data-fades]").forEach((toast) => setTimeout(() => toast.remove(), 10000));
})();
