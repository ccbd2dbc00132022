// Keeps the wall up to date: fetches its living part, lets the clock of the house go, says when no news came.
"use strict";
(() => {
	const EVERY = 5000, STALE = 30000;
	const box = document.querySelector("[data-wall]"), clock = document.querySelector("[data-clock]");
	const note = document.querySelector("[data-stale]");
	const shown = new Intl.DateTimeFormat("en-GB", { timeZone: clock.dataset.clock, hour: "2-digit", minute: "2-digit" });
	let etag = null, ahead = Date.parse(clock.dateTime) - Date.now(), heard = Date.now();
	const tick = () => {
		clock.textContent = shown.format(Date.now() + ahead);
		const said = Date.now() - heard > STALE ? `${note.dataset.stale} ${shown.format(heard + ahead)}` : "";
		if (note.textContent !== said) note.textContent = said;
	};
	async function look() {
		try {
			const answer = await fetch(box.dataset.wall, { headers: { "X-Fragment": "1", ...(etag && { "If-None-Match": etag }) } });
			if (answer.ok) {
				const part = new DOMParser().parseFromString(await answer.text(), "text/html").body;
				const kept = document.activeElement && box.contains(document.activeElement) && document.activeElement.getAttribute("href");
				box.replaceChildren(...part.childNodes);
				if (kept) [...box.querySelectorAll("a")].find((each) => each.getAttribute("href") === kept)?.focus();
				etag = answer.headers.get("ETag");
			}
			if (answer.ok || answer.status === 304) {
				const at = Date.parse(answer.headers.get("Date"));
				heard = Date.now();
				if (at) ahead = at - heard;
			}
		} catch { /* said by the clock */ }
		setTimeout(look, EVERY);
	}
	setInterval(tick, 1000);
	setTimeout(look, EVERY);
	tick();
})();
