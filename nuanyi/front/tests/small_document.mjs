/* A document as small as the phone's scripts need it, so that node tries them without a browser: elements know their children,
   attributes and listeners; what a script looks for by a selector is put there by the test. */
import { readFileSync } from "node:fs";
import vm from "node:vm";

export class SmallElement extends EventTarget {
    constructor(tag = "div", parts = {}) {
        super();
        this.tagName = tag.toUpperCase();
        this.children = [];
        this.dataset = {};
        this.attributes = {};
        this.hidden = false;
        this.className = "";
        this.own = "";
        /* by selector, filled by the test */
        this.found = {};
        Object.assign(this, parts);
    }
    get classList() {
        const names = () => this.className.split(" ").filter(Boolean);
        return {
            contains: (name) => names().includes(name),
            add: (name) => {
                this.className = [...new Set([...names(), name])].join(" ");
            },
            remove: (name) => {
                this.className = names()
                    .filter((one) => one !== name)
                    .join(" ");
            },
        };
    }
    get textContent() {
        return this.own + this.children.map((child) => child.textContent ?? String(child)).join("");
    }
    set textContent(text) {
        this.own = text;
        this.children = [];
    }
    append(...children) {
        this.children.push(...children);
        for (const child of children) if (child instanceof SmallElement) child.parentElement = this;
    }
    appendChild(child) {
        this.append(child);
        return child;
    }
    replaceChildren(...children) {
        this.own = "";
        this.children = [];
        this.append(...children);
    }
    after(other) {
        this.nextElementSibling = other;
    }
    before(other) {
        this.previousElementSibling = other;
    }
    setAttribute(name, value) {
        this.attributes[name] = value;
    }
    querySelector(selector) {
        return this.found[selector]?.[0] ?? null;
    }
    querySelectorAll(selector) {
        return this.found[selector] ?? [];
    }
    closest() {
        return this.parentElement ?? null;
    }
    click() {
        this.dispatchEvent(new Event("click"));
    }
    focus() {}
    reset() {}
    scrollIntoView() {}
}

/* runs scripts as a page would, in one world; `world` is what they find there beside the document */
export const page = (scripts, document, world = {}) => {
    document.documentElement = { lang: "zh-Hans" };
    document.createElement = (tag) => new SmallElement(tag);
    document.getElementById = (id) => document.querySelector(`#${id}`);
    const whole = {
        document,
        console,
        crypto,
        performance,
        setTimeout,
        setInterval: () => 0,
        clearInterval: () => {},
        Event,
        CustomEvent,
        Intl,
        URL,
        addEventListener: () => {},
        location: { pathname: "/", search: "", hash: "" },
        ...world,
    };
    whole.window = whole;
    for (const script of scripts)
        vm.runInNewContext(readFileSync(new URL(`../../${script}`, import.meta.url), "utf8"), whole);
    return whole;
};

/* lets everything that waits for a promise go on */
export const settled = () => new Promise((done) => setTimeout(done, 5));
