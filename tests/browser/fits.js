/* What does not fit on the page as it stands, one line each. `large`: its text is twice as large as when this was asked
   before, where only what leaves the screen, lies on something else or did not grow is wrong. */
(large) => {
    const wrong = new Set(),
        zh = document.documentElement.lang.startsWith("zh");
    const styles = new Map();
    const css = (part) => {
        if (!styles.has(part)) styles.set(part, getComputedStyle(part));
        return styles.get(part);
    };
    const within = (part, asks) => {
        for (let one = part; one && one !== document.documentElement; one = one.parentElement)
            if (asks(css(one))) return one;
        return null;
    };
    const shown = (part) =>
        part.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
        !within(part, (style) => style.clip !== "auto" || style.clipPath === "inset(50%)");
    const lifted = (part) =>
        within(part, (style) => ["fixed", "sticky", "absolute"].includes(style.position));
    const scrolls = (part) => within(part, (style) => ["auto", "scroll"].includes(style.overflowX));
    const named = (part) => `<${[part.tagName.toLowerCase(), ...part.classList].join(".")}>`;

    if (document.documentElement.scrollWidth > innerWidth)
        wrong.add(`scrolls sideways: ${document.documentElement.scrollWidth}`);
    for (const part of document.querySelectorAll("body *")) {
        if (part.closest(".leaflet-container")) continue;
        const box = part.getBoundingClientRect();
        if (box.width > 2 && box.right > innerWidth + 1 && shown(part) && !scrolls(part))
            wrong.add(`beyond the edge: ${named(part)} ${part.textContent.trim().slice(0, 24)}`);
    }

    /* what a thumb in a glove is to hit, 48 pixels either way; a link within a sentence goes with its line */
    if (!large)
        for (const part of document.querySelectorAll(
            ".phone :is(button, select, summary, textarea, input, a), nav.bottom a",
        )) {
            const own = part.matches("[type=radio], [type=checkbox]") && part.labels[0];
            const box = (own || part).getBoundingClientRect();
            const block = within(part, ({ display }) => display !== "inline");
            if (!shown(part) && !own) continue;
            if (part !== block && part.matches("a") && block.textContent.trim() !== part.textContent.trim()) continue;
            if (box.width && (box.height < 47.5 || box.width < 47.5))
                wrong.add(
                    `small: ${named(part)} of ${Math.round(box.width)} x ${Math.round(box.height)} ${part.textContent.trim().slice(0, 24)}`,
                );
        }
    /* what a browser writes into a field of its own is no text of the page */
    const pen = document.createElement("canvas").getContext("2d");
    for (const part of document.querySelectorAll("input[type=date]")) {
        const { font, paddingLeft, paddingRight } = css(part);
        pen.font = font;
        if (shown(part) && pen.measureText("mm/dd/yyyy").width > part.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight))
            wrong.add(`cut: ${named(part)} ${part.name}`);
    }
    const range = document.createRange();
    const boxes = () => [...range.getClientRects()].filter(({ width }) => width > 1);
    const lines = () => {
        const found = [];
        for (const box of boxes())
            if (!found.length || box.top > found.at(-1).bottom - Math.min(box.height, found.at(-1).height) / 2)
                found.push(box);
        return found;
    };
    const inside = (node, from, to) => {
        range.setStart(node, from);
        range.setEnd(node, to);
    };
    /* what is one word to its reader: a day, an hour, a measure, a name of the demo, a word of English */
    const WHOLE =
        /(?:周|星期)[一二三四五六日天]|\d+\s?月\s?\d+\s?日|\d{4}-\d\d-\d\d|\d{1,2}[:：]\d\d|[\d.]+\s?(?:米|公里|小时|天|件)|总工会|急救箱|[A-Za-z]{2,}/g;
    const texts = [],
        sizes = new Map();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode,
            part = node.parentElement,
            text = node.data;
        if (!text.trim() || part.closest("script, style, noscript, option, svg, canvas, .leaflet-container"))
            continue;
        if (!shown(part)) continue;
        range.selectNodeContents(node);
        const own = lines(),
            size = parseFloat(css(part).fontSize);
        if (!own.length) continue;
        sizes.set(part, size);
        if (!lifted(part)) for (const box of boxes()) texts.push({ box, node, part, size });
        const step = (own.at(-1).top - own[0].top) / (own.length - 1 || 1);
        if (own.length > 1 && step < size * 1.1)
            wrong.add(`lines on each other: ${named(part)} ${text.trim().slice(0, 24)}`);
        /* a code or an address may break anywhere, and what somebody wrote is his */
        if (!large && own.length > 1 && !part.closest("code, .answer, blockquote, dd"))
            for (const word of text.matchAll(WHOLE)) {
                inside(node, word.index, word.index + word[0].length);
                if (lines().length > 1) wrong.add(`broken: ${word[0]} of ${text.trim().slice(0, 40)}`);
            }
        /* a blank that does not break goes with its dot, wherever that stands */
        for (const sign of text.matchAll(/\u00a0*[·。，、；：）！？]/g)) {
            inside(node, sign.index, sign.index + 1);
            const [at] = boxes(),
                block = within(part, (style) => !["inline", "contents"].includes(style.display));
            if (!at || !block) continue;
            range.selectNodeContents(block);
            const [first] = boxes(),
                start = block.getBoundingClientRect().left + parseFloat(css(block).paddingLeft);
            if (at.left < start + 2 && at.top > first.bottom - first.height / 2)
                wrong.add(`a line begins with ${sign[0].trim()}: ${block.textContent.trim().slice(0, 60)}`);
        }
        /* what opens goes with the sign that it opens */
        for (const sign of zh ? text.matchAll(/[（《“](?=\S)/g) : []) {
            inside(node, sign.index, sign.index + 2);
            if (lines().length > 1) wrong.add(`a line ends with ${sign[0]}: ${text.trim().slice(0, 60)}`);
        }
    }
    /* full-width signs bring their own room, and no half-width one stands beside a Chinese word; what somebody wrote is his */
    if (zh)
        for (const block of new Set(texts.map(({ part }) => within(part, ({ display }) => display !== "inline")))) {
            if (!block || block.closest("code, blockquote, dd, [lang=en]")) continue;
            for (const line of block.innerText.split("\n"))
                for (const [found] of line.matchAll(
                    /.{0,8}(?:[，。；：、！？][ \u00a0]+\S|\p{sc=Han}[,;:!?(]|[,;:!?)]\p{sc=Han}).{0,8}/gu,
                ))
                    wrong.add(`signs: ${found}`);
        }
    /* what is read grows with the text that somebody chose (WCAG 2.2, 1.4.4) */
    if (large)
        for (const [part, size] of sizes) {
            const was = window.sizesBefore.get(part);
            if (size < was * 1.9) wrong.add(`does not grow: ${named(part)} ${part.textContent.trim().slice(0, 24)}`);
        }
    else window.sizesBefore = sizes;
    texts.sort((one, other) => one.box.top - other.box.top);
    texts.forEach((one, place) => {
        for (let next = place + 1; next < texts.length && texts[next].box.top < one.box.bottom; next += 1) {
            const other = texts[next];
            if (one.node === other.node) continue;
            const across =
                Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
            const down = one.box.bottom - other.box.top;
            if (across > 2 && down > Math.min(one.size, other.size) / 2)
                wrong.add(
                    `on each other: ${one.node.data.trim().slice(0, 24)} / ${other.node.data.trim().slice(0, 24)}`,
                );
        }
    });
    if (!large)
        for (const heading of document.querySelectorAll("h1, h2, h3, legend")) {
            range.selectNodeContents(heading);
            if (shown(heading) && lines().length > 2)
                wrong.add(`a heading of ${lines().length} lines: ${heading.textContent.trim()}`);
        }
    return [...wrong];
};
