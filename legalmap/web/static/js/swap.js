// Follow a link or send a search form within a page without loading it anew: topic, date, filter.

// What decides on the content: not the fragment, and not the part of the map on screen.
function contentOf(href) {
  const url = new URL(href, location.href);
  url.searchParams.delete("box");
  return url.pathname + url.search;
}

let shown = contentOf(location.href);

async function swap(url, push, restart) {
  const main = document.querySelector("main");
  main.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, {
      headers: { Accept: "text/html" },
      credentials: "same-origin",
    });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    // A page of another kind needs its own style sheets and scripts: load it as usual.
    const kind = (page) =>
      [...page.querySelectorAll("link[rel=stylesheet], script[src]")]
        .map((each) => each.getAttribute("href") ?? each.getAttribute("src"))
        .sort()
        .join();
    if (!answer.ok || !fresh.querySelector("main") || kind(fresh) !== kind(document)) {
      location.assign(url);
      return;
    }
    const scroll = window.scrollY;
    main.replaceWith(document.adoptNode(fresh.querySelector("main")));
    document
      .querySelector(".topics")
      .replaceWith(document.adoptNode(fresh.querySelector(".topics")));
    document.title = fresh.title;
    if (push) history.pushState({ swapped: true }, "", answer.url);
    shown = contentOf(answer.url);
    window.scrollTo(0, scroll);
    restart();
  } catch {
    location.assign(url);
  }
}

// Keep the part of the map on screen when only the day, the topic or the filter changes.
function withBox(href) {
  const url = new URL(href, location.href);
  const box = new URL(location.href).searchParams.get("box");
  if (box && url.pathname.split("/").length === location.pathname.split("/").length) {
    url.searchParams.set("box", box);
  }
  return url.href;
}

export function startSwapping(restart) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-swap] a, .topics a");
    if (
      !link ||
      event.defaultPrevented ||
      event.button ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey
    )
      return;
    // A link to another place is another page; a link to another day, filter or topic is not.
    const there = new URL(link.href);
    const samePage = there.pathname === location.pathname || link.closest(".topics");
    if (there.origin !== location.origin || !samePage) return;
    event.preventDefault();
    swap(withBox(link.href), true, restart);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form.asked, form.filters");
    if (!form || form.method !== "get") return;
    event.preventDefault();
    const kept = [...new FormData(form)].filter(([, value]) => value);
    const url = new URL(form.action);
    url.search = new URLSearchParams(kept);
    swap(withBox(url.href), true, restart);
  });
  window.addEventListener("popstate", () => {
    // A jump to a heading of this page also comes here, and there is nothing to fetch for it.
    if (contentOf(location.href) !== shown) swap(location.href, false, restart);
  });
  document.addEventListener("legalmap:go", (event) => swap(withBox(event.detail), true, restart));
}
