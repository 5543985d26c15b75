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
            boxes().forEach((box) => {
                box.checked = button.checked;
            });
            count();
        }
        if (button.dataset.does === "side-close") closeSide();
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
    /* rows of a list, whatever the name under which a room sends them */
    const boxes = () => $$("tr[data-row] td.pick input[type=checkbox]");
    const count = () => {
        const ticked = boxes().filter((box) => box.checked).length;
        const everything = $("[data-all-matches]");
        const all = everything && $("input", everything);
        if (everything) {
            everything.hidden = ticked === 0 || ticked < boxes().length;
            if (everything.hidden) all.checked = false;
        }
        const picked = all?.checked ? everything.textContent.trim() : ticked;
        $$("[data-picked]").forEach((place) => {
            place.textContent = picked;
        });
        $$("[data-needs-pick]").forEach((button) => {
            button.disabled = ticked === 0;
        });
    };
    document.addEventListener("change", (event) => {
        if (event.target.closest("td.pick, [data-all-matches]")) count();
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
            const box = $("td.pick input", row);
            if (box) {
                box.checked = !box.checked;
                count();
            }
        } else if (event.key === "F2" && row) edit($("td[data-edits]", row) || row);
        else if (event.key === "Enter" && row) openSide(row);
        else if (event.key === "o" && row) $("a", row)?.click();
        else if (event.key === "Escape") {
            closeSide();
            $$("details[data-pops][open]").forEach((pop) => {
                pop.open = false;
            });
        } else if (event.key === "e") $("[data-export]")?.click();
        else if (event.key === "/") {
            event.preventDefault();
            $(".find input")?.focus();
        } else if (event.key === "?") $("#keys")?.showModal();
    });

    /* a refused form has what was typed in it again, with the word at its field */
    const refill = () => {
        const told = JSON.parse($("#typed")?.textContent || "null");
        if (!told) return;
        const names = Object.keys(told.fields);
        const address = (form) =>
            new URL(form.getAttribute("action") || location.href, location.href).pathname;
        const form =
            $$("main form[method=post]").find((one) => address(one) === told.action) ||
            $$("main form").find((one) => names.every((name) => one.elements[name]));
        if (!form) return;
        names.forEach((name) => {
            const values = [...told.fields[name]];
            $$("input, select, textarea", form)
                .filter((field) => field.name === name && field.type !== "hidden" && field.type !== "file")
                .forEach((field) => {
                    if (field.type === "checkbox" || field.type === "radio")
                        field.checked = values.includes(field.value);
                    else if (values.length) field.value = values.shift();
                });
        });
        form.closest("details")?.setAttribute("open", "");
        Object.entries(told.wrong).forEach(([name, words]) => {
            const field = form.elements[name]?.[0] || form.elements[name];
            if (!field?.setAttribute) return;
            field.setAttribute("aria-invalid", "true");
            field.id ||= `typed-${name}`;
            const word = Object.assign(document.createElement("span"), {
                className: "wrong",
                textContent: words,
            });
            field.before(word);
            const line = $(`.errors [data-field="${name}"]`);
            const link = Object.assign(document.createElement("a"), {
                href: `#${field.id}`,
                textContent: words,
            });
            line?.replaceChildren(link);
        });
    };

    /* one record beside the list, so that the list keeps its place */
    const closeSide = () => {
        const side = $("#side");
        if (side) side.hidden = true;
    };
    const openSide = (row) => {
        const side = $("#side");
        const link = $("a[href]", row);
        if (!side || !link || !window.htmx) return link?.click();
        $("[data-side-link]", side).href = link.href;
        side.hidden = false;
        window.htmx.ajax("GET", link.href, {
            target: "#side-body",
            select: "#main > *",
            swap: "innerHTML",
        });
    };
    document.addEventListener("click", (event) => {
        $$("details[data-pops][open]").forEach((pop) => {
            if (!pop.contains(event.target)) pop.open = false;
        });
        const row = event.target.closest("#list tr[data-row]");
        if (!row || event.target.closest("a, button, input, select, label, td.pick, td[data-edits]")) return;
        at = rows().indexOf(row);
        move(0);
        openSide(row);
    });

    /* the rows of what Excel copies; a cell with a line break or a tab in it stands in quotation marks */
    const pasted = (copied) => {
        const text = copied.replace(/\r\n?/g, "\n").replace(/\n$/, "");
        const found = [""];
        let quoted = false;
        let begins = true;
        for (let i = 0; i < text.length; i += 1) {
            const sign = text[i];
            if (quoted && sign === '"' && text[i + 1] === '"') {
                found[found.length - 1] += sign;
                i += 1;
            } else if (sign === '"' && (quoted || begins)) quoted = !quoted;
            else if (sign === "\n" && !quoted) found.push("");
            else found[found.length - 1] += quoted && /\s/.test(sign) ? " " : sign;
            begins = !quoted && (sign === "\n" || sign === "\t");
        }
        return found;
    };

    /* a cell is changed where it stands: double click or F2, Enter keeps, Escape leaves; a column can be pasted */
    const send = (values) => {
        const list = $("#list");
        const next = location.pathname + location.search;
        window.htmx.ajax("POST", list.dataset.edit, {
            values: { ...values, next },
            target: "#list",
            select: "#list",
            swap: "outerHTML",
        });
    };
    const edit = (cell) => {
        const list = $("#list[data-edit]");
        if (!list || !window.htmx || !cell.dataset.edits || $(".cell", cell)) return;
        const name = cell.dataset.edits;
        const shown = [...cell.childNodes];
        const options = $(`#options-${name}`);
        const input = document.createElement(options ? "select" : "input");
        if (options) input.append(options.content.cloneNode(true));
        input.className = "cell";
        input.value = cell.dataset.value;
        input.setAttribute("aria-label", cell.closest("tr").querySelector("a")?.textContent || name);
        cell.replaceChildren(input);
        input.focus();
        let over = false;
        const end = (keep) => {
            if (over) return;
            over = true;
            const row = cell.closest("tr");
            if (keep && input.value !== cell.dataset.value)
                send({
                    id: row.dataset.pk,
                    seen: row.dataset.seen || "",
                    field: name,
                    value: input.value,
                    was: cell.dataset.value,
                });
            cell.replaceChildren(...shown);
        };
        input.addEventListener("keydown", (event) => {
            if (event.key === "Enter") end(true);
            if (event.key === "Escape") end(false);
            event.stopPropagation();
        });
        input.addEventListener("blur", () => end(true));
        input.addEventListener("paste", (event) => {
            const lines = pasted(event.clipboardData?.getData("text") || "");
            if (lines.length < 2) return;
            event.preventDefault();
            over = true;
            const below = rows().slice(rows().indexOf(cell.closest("tr")));
            const into = below.slice(0, lines.length);
            cell.replaceChildren(...shown);
            send({
                id: into.map((row) => row.dataset.pk),
                field: name,
                value: into.map((_row, i) => lines[i].trim()),
                was: into.map((row) => $(`td[data-edits="${name}"]`, row)?.dataset.value ?? ""),
            });
        });
    };
    document.addEventListener("dblclick", (event) => {
        const cell = event.target.closest("td[data-edits]");
        if (cell) edit(cell);
    });

    /* columns can be hidden; what was chosen stays on this machine, and a kept view brings its own */
    const hides = new WeakMap();
    const arrange = (table) => {
        const key = `columns:${table.dataset.columns}`;
        let hidden = [];
        try {
            hidden = JSON.parse(localStorage.getItem(key) || "[]");
        } catch {
            /* all columns */
        }
        const asked = table.closest("[data-hides]")?.dataset.hides;
        if (asked) hidden = asked.split(".").map(Number);
        const apply = () =>
            $$("tr", table).forEach((row) =>
                [...row.children].forEach((cell, i) => {
                    cell.hidden = hidden.includes(i);
                }),
            );
        const box = $(`[data-chooser="${table.dataset.columns}"]`);
        if (box && !box.children.length)
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
        hides.set(table, apply);
        /* a view that is kept remembers its columns */
        const query = $("input[name=query]", table.closest("#list") || document);
        const form = $('#list form [name="title"]')?.form;
        form?.addEventListener("submit", () => {
            const told = new URLSearchParams(query?.value || "");
            if (hidden.length) told.set("hide", hidden.join("."));
            else told.delete("hide");
            form.elements.query.value = told.toString();
        });
    };

    const begin = () => {
        at = -1;
        $$("table[data-columns]").forEach(arrange);
        count();
        /* an undo can be taken for ten seconds */
        $$("[data-fades]").forEach((toast) => setTimeout(() => toast.remove(), 10000));
    };
    begin();
    refill();
    /* counts and sums that come after a long list: a filter that is open stays open, the sums hide the columns that the
       table hides */
    let opened = -1;
    document.addEventListener("htmx:beforeSwap", (event) => {
        if (/** @type {Element} */ (event.target).id === "list-total")
            opened = $$("#list-filters details").findIndex((filter) => filter.open);
    });
    document.addEventListener("htmx:afterSettle", (event) => {
        const { id } = /** @type {Element} */ (event.target);
        if (id === "list") begin();
        if (id !== "list-total") return;
        $$("table[data-columns]").forEach((table) => hides.get(table)?.());
        if (opened >= 0) $$("#list-filters details")[opened].open = true;
    });
})();
