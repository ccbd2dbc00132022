// The inbox and the start page by keyboard alone; rows that are chosen stay chosen while the list asks for news.
// Keys rest in fields, with a modifier, in a dialog, and for whoever has switched them off on their account's page.
"use strict";
(() => {
	const all = (what, root = document) => [...root.querySelectorAll(what)];
	const list = document.querySelector("[data-rows]"), form = document.querySelector("[data-bulk]");
	const kept = "inbox.here";
	let here = sessionStorage.getItem(kept);
	const rows = () => (list ? all("[data-row]", list) : []);
	const row = () => rows().find((each) => each.dataset.row === here);
	const box = (of) => of && of.querySelector(".pick input:enabled");

	// Rows
	function stand(on, isFocused = true) {
		if (!on) return;
		rows().forEach((each) => each.classList.toggle("here", each === on));
		sessionStorage.setItem(kept, (here = on.dataset.row));
		if (!isFocused) return;
		on.querySelector("a").focus({ preventScroll: true });
		on.scrollIntoView({ block: "nearest" });
	}
	function walk(by) {
		const found = rows(), at = found.indexOf(row());
		stand(found[Math.min(found.length - 1, Math.max(0, at + by))]);
	}
	const chosen = new Set();
	function tell() {
		all(".pick input", form || document).forEach((each) => {
			const id = each.closest("[data-row]").dataset.row;
			each.checked && !each.disabled ? chosen.add(id) : chosen.delete(id);
		});
		const said = document.querySelector("[data-chosen]");
		if (said) said.textContent = `${said.dataset.chosen}: ${chosen.size}`;
	}
	function choose(...boxes) {
		const on = !boxes.every((each) => each.checked);
		boxes.forEach((each) => (each.checked = on));
		tell();
	}
	if (form) {
		form.addEventListener("change", tell);
		form.addEventListener("reset", () => setTimeout(tell));
	}
	if (list) {
		stand(row(), false);
		new MutationObserver(() => {
			rows().forEach((each) => { if (box(each)) box(each).checked = chosen.has(each.dataset.row); });
			stand(row(), false);
			tell();
		}).observe(list, { childList: true });
	}
	tell();

	// Deeds: with what is chosen, else with the row
	function act(name) {
		const button = form && form.querySelector(`[name=deed][value=${name}]`);
		if (!button || (!chosen.size && !row())) return;
		if (!chosen.size) {
			const one = Object.assign(document.createElement("input"), { type: "hidden", name: "id", value: row().dataset.pick });
			form.append(one);
		}
		form.requestSubmit(button);
	}
	const open = (hash = "") => row() && (location.href = row().querySelector("a").href + hash);
	const play = () => ((row() && row().querySelector("[data-hear]")) || document.querySelector(".pinned .go"))?.click();
	const go = (key) => document.querySelector(`[data-go="${CSS.escape(key)}"]`)?.click();
	const KEYS = {
		j: () => walk(1),
		k: () => walk(-1),
		o: () => open(),
		e: () => open("#answer"),
		p: play,
		a: () => act("assign"),
		u: () => document.querySelector('[data-part=flash] [data-key="z"]')?.click(),
		n: () => document.querySelector("[rel=next]")?.click(),
		x: () => box(row()) && choose(box(row())),
		"*": () => choose(...rows().map(box).filter(Boolean)),
	};
	let went = 0; // when g was pressed: the next key says where to
	document.addEventListener("keydown", (event) => {
		if ("keysOff" in document.body.dataset || event.ctrlKey || event.metaKey || event.altKey) return;
		if (event.target.closest("input:not([type=range],[type=checkbox]),textarea,select,[contenteditable],dialog[open]")) return;
		const key = event.key, isGoing = Date.now() - went < 1500;
		went = key === "g" ? Date.now() : 0;
		const deed = isGoing ? () => go(key) : list && KEYS[key];
		if (!deed) return;
		event.preventDefault();
		deed();
	});
})();
