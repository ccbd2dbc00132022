// The page of one report: the player's keys, the subject by two figures, deeds that leave the sound playing, who has it in hand.
"use strict";
(() => {
	const page = document.querySelector("[data-report]");
	if (!page) return;
	const said = JSON.parse(page.dataset.said);
	const token = document.querySelector("meta[name=csrf-token]").content;
	const all = (what, root = document) => [...root.querySelectorAll(what)];
	const post = (url) => fetch(url, { method: "POST", headers: { "X-CSRFToken": token } });

	// Player: repeat the last five seconds, slower and faster, to and fro, at once where somebody wishes it
	const SPEEDS = [0.8, 1, 1.2, 1.5], BACK = 5;
	const pin = document.querySelector(".pin");
	const sound = () => pin.querySelector("audio");
	const isAtOnce = () => localStorage.getItem("at-once") === "yes";
	let loop = null; // from, to
	function dress() {
		const box = pin.querySelector(".player.live");
		if (!box || box.querySelector(".loop")) return;
		const again = document.createElement("button"), wish = document.createElement("label"), tick = document.createElement("input");
		Object.assign(again, { type: "button", className: "loop", textContent: "↻ 5", title: said.loop, onclick: turnLoop });
		again.setAttribute("aria-label", said.loop);
		again.setAttribute("aria-pressed", "false");
		Object.assign(tick, { type: "checkbox", checked: isAtOnce(), onchange: () => localStorage.setItem("at-once", tick.checked ? "yes" : "no") });
		wish.className = "at-once";
		wish.append(tick, said.autoplay);
		box.append(again, wish);
		if (isAtOnce() && new URLSearchParams(location.search).get("list")) sound().play().catch(() => {});
	}
	function turnLoop() {
		const at = sound().currentTime;
		loop = loop ? null : [Math.max(0, at - BACK), Math.max(at, 1)];
		pin.querySelector(".loop").setAttribute("aria-pressed", String(!!loop));
		if (loop) { sound().currentTime = loop[0]; sound().play().catch(() => {}); }
	}
	function speed(by) {
		const at = SPEEDS.indexOf(sound().playbackRate);
		sound().playbackRate = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at + by))];
	}
	const seek = (by) => (sound().currentTime = Math.max(0, sound().currentTime + by));
	pin.addEventListener("timeupdate", () => { if (loop && sound().currentTime >= loop[1]) sound().currentTime = loop[0]; }, true);
	pin.addEventListener("ended", () => { if (loop) { sound().currentTime = loop[0]; sound().play(); } }, true);
	pin.addEventListener("ratechange", () => {
		const button = pin.querySelector(".speed");
		if (button) button.textContent = `${sound().playbackRate}×`;
	}, true);
	new MutationObserver(dress).observe(pin, { childList: true, subtree: true });
	dress();

	// The subject: c, then the group, then the one in it
	let keyed = null;
	const subjects = () => document.querySelector("[data-subjects]");
	function ask(keys) {
		keyed = keys;
		const form = subjects(), hint = form.querySelector("[data-hint]");
		form.classList.toggle("asked", keyed !== null);
		all("[data-group]", form).forEach((each) => each.classList.toggle("first", !!keyed && each.dataset.group === keyed));
		hint.dataset.rest ??= hint.textContent;
		const group = keyed && form.querySelector(`[data-group="${keyed}"]`).getAttribute("aria-label");
		hint.textContent = keyed === null ? hint.dataset.rest : group ? `${group}: ${said.second}` : said.first;
		if (keyed === "") form.scrollIntoView({ block: "center" });
	}
	function figure(key) {
		if (!/^[1-4]$/.test(key)) return ask(null);
		if (!keyed) return ask(key);
		const button = subjects().querySelector(`button[value="${keyed}${key}"]`);
		ask(null);
		button.click();
	}

	// Keys: never in a field, never with a modifier, and not where they are switched off
	const keys = {
		c: () => subjects() && ask(""),
		g: () => { const to = document.querySelector("#to"); if (to) { to.closest("details").open = true; to.focus(); } },
		j: () => document.querySelector("[data-next]")?.click(),
		l: () => sound() && turnLoop(),
		u: () => document.querySelector('[data-key="z"]')?.click(),
		"[": () => sound() && speed(-1),
		"]": () => sound() && speed(1),
		ArrowLeft: () => sound() && seek(-BACK),
		ArrowRight: () => sound() && seek(BACK),
	};
	const isOff = () => "keysOff" in document.body.dataset;
	addEventListener("keydown", (event) => {
		if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) return event.target.form.requestSubmit();
		if (isOff() || event.ctrlKey || event.metaKey || event.altKey) return;
		if (event.target.closest("input:not([type=checkbox]),textarea,select,[contenteditable],dialog[open]")) return;
		if (keyed !== null && event.key.length === 1) figure(event.key);
		else if (keyed !== null && event.key === "Escape") ask(null);
		else if (keys[event.key]) keys[event.key]();
		else return;
		event.preventDefault();
		event.stopPropagation();
	}, true);

	// Deeds that leave the page where it is: the sound plays on, and what is being written stays
	function typed(root, sent) {
		return all("textarea,input:not([type=hidden]),select", root)
			.filter((each) => each.form !== sent && each.name && (each.type === "checkbox" ? each.checked : each.value !== each.defaultValue))
			.filter((each) => each.tagName !== "SELECT")
			.map((each) => [each.form.getAttribute("action"), each.name, each.value]);
	}
	function swap(box, fresh, sent) {
		if (box.innerHTML === fresh.innerHTML) return;
		const kept = typed(box, sent), open = all("details", box).map((each) => each.open);
		box.replaceChildren(...fresh.childNodes);
		all("details", box).forEach((each, nth) => { each.open ||= !!open[nth]; });
		for (const [action, name, value] of kept) {
			const form = all("form", box).find((each) => each.getAttribute("action") === action);
			const field = form && [...form.elements].find((each) => each.name === name && (each.type !== "checkbox" || each.value === value));
			if (field) field.type === "checkbox" ? (field.checked = true) : (field.value = value);
		}
	}
	function show(text, sent, pressed) {
		const fresh = new DOMParser().parseFromString(text, "text/html");
		all("[data-part]").forEach((box) => {
			const come = fresh.querySelector(`[data-part="${box.dataset.part}"]`);
			if (come) swap(box, come, sent);
		});
		mirror();
		const version = fresh.querySelector("input[name=version]");
		if (version) all("input[name=version]").forEach((each) => (each.value = version.value));
		const form = all("form").find((each) => each.getAttribute("action") === sent.getAttribute("action"));
		const button = form && all("button", form).find((each) => each.value === pressed);
		if (document.activeElement === document.body) (button || document.querySelector("#main")).focus({ preventScroll: true });
	}
	document.addEventListener("submit", async (event) => {
		const form = event.target;
		const isHere = new URL(form.action).pathname.startsWith(location.pathname + "/");
		if (event.defaultPrevented || !form.matches(isHere ? "[data-quiet],[data-part=flash] form" : "[data-quiet]")) return;
		event.preventDefault();
		if (form.busy) return;
		form.busy = true;
		const { name = "", value = "" } = event.submitter || {};
		const answer = await fetch(form.action, { method: "POST", body: new FormData(form, event.submitter) }).catch(() => null);
		form.busy = false;
		if (answer && answer.redirected && new URL(answer.url).pathname !== location.pathname) return location.assign(answer.url);
		if (answer && answer.ok) return show(await answer.text(), form, value);
		if (name) { // refused, or not reached: as without a script; it changes nothing to be told so twice
			const chosen = document.createElement("input");
			Object.assign(chosen, { type: "hidden", name, value });
			form.append(chosen);
		}
		form.submit();
	});

	// In hand: said again every minute, given back on leaving
	if (page.dataset.hold) {
		let until = null; // a page that is only read gives nothing back, nor does one that another page has overtaken
		const hold = async () => {
			if (document.hidden) return;
			const answer = await post(page.dataset.hold).catch(() => null);
			const box = document.querySelector('[data-part="held"]');
			if (answer) until = answer.headers.get("X-Held-Until");
			if (answer && answer.ok) box.innerHTML = answer.status === 204 ? "" : await answer.text();
		};
		hold();
		setInterval(hold, 60000);
		addEventListener("pageshow", (event) => event.persisted && hold());
		addEventListener("pagehide", () => until && navigator.sendBeacon(page.dataset.release, new URLSearchParams({ csrf_token: token, until })));
	}

	// What the member will hear, as it is written
	function mirror() {
		const wrote = document.querySelector("[data-write]");
		if (!wrote) return;
		document.querySelector("[data-mirror]").textContent = wrote.value || "…";
		const isTold = document.querySelector("input[name=kind]:checked").value === "tell";
		all("[data-kind]").forEach((each) => (each.hidden = isTold !== (each.dataset.kind === "tell")));
	}
	document.querySelector("#answer")?.addEventListener("input", mirror);
})();
