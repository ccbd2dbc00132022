// Counts anew while a broadcast is written: whom it reaches, what it costs, when it ends. Without it a button asks.
"use strict";
(() => {
	const box = document.querySelector("[data-count]"), form = box && box.closest("form");
	if (!form || !window.fetch) return;
	const ask = form.querySelector("[name=then][value=count]");
	let timer = 0, last = "", nth = 0;
	const asked = () => {
		const sent = new FormData();
		for (const [name, value] of new FormData(form)) {
			if (typeof value === "string") sent.append(name, value);
			else if (value.size && name.startsWith("sound-")) sent.append(name.replace("sound-", "has-"), "1");
		}
		return sent;
	};
	const count = async () => {
		const sent = asked(), key = new URLSearchParams(sent).toString();
		if (key === last) return;
		last = key;
		const mine = ++nth;
		box.setAttribute("aria-busy", "true");
		try {
			const answer = await fetch(box.dataset.count, { method: "POST", body: sent, headers: { "X-Fragment": "1" } });
			if (answer.ok && mine === nth) box.innerHTML = await answer.text();
		} catch { last = ""; }
		if (mine === nth) box.removeAttribute("aria-busy");
	};
	const soon = (wait) => { clearTimeout(timer); timer = setTimeout(count, wait); };
	form.addEventListener("input", () => soon(700));
	form.addEventListener("change", () => soon(150));
	if (ask) ask.hidden = true;
	soon(0);
})();
