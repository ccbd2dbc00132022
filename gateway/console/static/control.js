// A table that a link leads to is put where the link stands; without this the link opens it as a page.
"use strict";
document.addEventListener("click", async (event) => {
	const link = event.target.closest("a[data-here]");
	if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
	event.preventDefault();
	try {
		const answer = await fetch(link.href + "&fragment=1");
		if (!answer.ok || answer.redirected) throw answer;
		const place = document.createElement("div");
		place.append(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
		(link.closest("[data-whole]") || link.parentNode).replaceWith(place);
		place.tabIndex = -1;
		place.focus({ preventScroll: true });
	} catch { location = link.href; }
});
