// The page of one contact: reads the API with a key that stays in this tab, and shows where they stand and why.
// Texts come from outside, so that everything is put in as text, never as HTML.
"use strict";

const french = document.documentElement.lang === "fr";
const texts = french ? {
  keyNeeded: "Entrez une clé d’API (droit « read ») pour voir ce contact. Elle reste dans cet onglet.",
  key: "Clé d’API", open: "Ouvrir", forget: "Oublier la clé", wrongKey: "Cette clé n’est pas valable.",
  missing: "Ce contact n’existe pas, ou n’existe plus.", failed: "Le service ne répond pas comme prévu : ",
  score: "Score", stage: "Étape", grade: "Note du compte", toNext: (stage) => `Il manque pour « ${stage} »`,
  nothingMissing: "Rien ne manque", awaits: "attend un acte humain confirmé", excluded: "jamais transmis (statut)",
  objected: "s’oppose au suivi", claimed: "connu par un formulaire seulement",
  cold: "froid", warm: "tiède", hot: "mûr", owner: "Commercial : ", firstSeen: "vu depuis le", asOf: "au",
  groups: "Points par groupe", topics: "Intérêts", noTopic: "sans sujet",
  ledger: "D’où viennent les points", date: "Date", rule: "Règle", what: "Page ou message", group: "Groupe",
  points: "Points", worth: "Valeur", state: "État", sum: "Somme", empty: "Rien encore.",
  settled: "", provisional: "en attente", dropped: "écarté", reversed: "repris", capped: "plafonné",
  timeline: "Ce qui s’est passé", act: "Acte", count: "Fois", time: "Durée", before: "avant identification",
  machine: "machine", likely: "non confirmé", more: "Afficher la suite",
  kinds: { page_view: "Page vue", engagement: "Lecture", download: "Téléchargement", form_submit: "Formulaire",
    custom: "Événement", email_open: "Courriel ouvert", email_click: "Lien cliqué", quote_view: "Devis consulté",
    click_confirmation: "Clic confirmé", reply: "Réponse" },
} : {
  keyNeeded: "Enter an API key (scope “read”) to see this contact. It stays in this tab.",
  key: "API key", open: "Open", forget: "Forget the key", wrongKey: "That key is not valid.",
  missing: "There is no such contact, or no longer.", failed: "The service did not answer as expected: ",
  score: "Score", stage: "Stage", grade: "Account grade", toNext: (stage) => `Missing to “${stage}”`,
  nothingMissing: "Nothing is missing", awaits: "waits for a confirmed human act", excluded: "never handed over (status)",
  objected: "objects to being tracked", claimed: "known from a form alone",
  cold: "cold", warm: "warm", hot: "hot", owner: "Owner: ", firstSeen: "seen since", asOf: "as of",
  groups: "Points by group", topics: "Interests", noTopic: "no topic",
  ledger: "Where the points come from", date: "Date", rule: "Rule", what: "Page or mail", group: "Group",
  points: "Points", worth: "Worth now", state: "State", sum: "Sum", empty: "Nothing yet.",
  settled: "", provisional: "held", dropped: "dropped", reversed: "taken back", capped: "capped",
  timeline: "What happened", act: "Act", count: "Times", time: "Time", before: "before identification",
  machine: "machine", likely: "unconfirmed", more: "Show more",
  kinds: { page_view: "Page viewed", engagement: "Reading", download: "Download", form_submit: "Form sent",
    custom: "Event", email_open: "Mail opened", email_click: "Link clicked", quote_view: "Quote viewed",
    click_confirmation: "Click confirmed", reply: "Reply" },
};

const storageName = "vendange-key";
const main = document.querySelector("main");
const contact = location.pathname.split("/").pop();
const numbers = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const dates = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });

/** An element with a class and children, which are elements or texts. */
function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== undefined && child !== null && child !== ""));
  return made;
}

const shownDate = (text) => (text ? dates.format(new Date(text)) : "");
const shownTime = (seconds) =>
  seconds < 1 ? "" : seconds < 60 ? `${Math.round(seconds)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;

async function ask(path) {
  const answer = await fetch(`/api/v1/contacts/${contact}${path}`, {
    headers: { Authorization: `Bearer ${sessionStorage.getItem(storageName)}` },
    credentials: "omit",
  });
  if (!answer.ok) throw Object.assign(new Error(), { status: answer.status });
  return answer.json();
}

function card(label, value, note, className, share) {
  const made = element("div", `card ${className ?? ""}`, element("span", "soft", label), element("b", "", value));
  if (share !== undefined) {
    const filled = element("i");
    filled.style.width = `${Math.max(0, Math.min(100, share * 100))}%`;
    made.append(element("div", "bar", filled));
  }
  if (note) made.append(element("span", "soft", note));
  return made;
}

function table(headings, rows, foot) {
  if (rows.length === 0) return element("p", "soft", texts.empty);
  const head = headings.map(([text, className]) => element("th", className, text));
  const made = element("table", "", element("thead", "", element("tr", "", ...head)), element("tbody", "", ...rows));
  if (foot) made.append(element("tfoot", "", foot));
  return element("div", "scroll", made);
}

function ledgerRow(entry) {
  const what = entry.title || entry.url || entry.object_name || "";
  const isReversed = entry.reversed_by !== undefined;
  const notes = [
    isReversed ? texts.reversed : texts[entry.state],
    entry.capped > 0 ? texts.capped : "",
    entry.reason ?? "",
    entry.verdict === "likely" ? texts.likely : "",
    entry.repeats > 0 ? `+${entry.repeats}` : "",
  ].filter(Boolean);
  return element("tr", entry.state === "settled" ? "" : "off",
    element("td", "time", shownDate(entry.date)),
    element("td", "", entry.rule),
    element("td", "word", what),
    element("td", "", entry.group),
    element("td", "number", numbers.format(entry.points)),
    element("td", `number ${entry.worth < 0 ? "minus" : ""}`, entry.state === "settled" ? numbers.format(entry.worth ?? 0) : "–"),
    element("td", "soft", notes.join(", ")));
}

function timelineRow(row) {
  const notes = [
    row.is_from_before ? texts.before : "", row.verdict === "machine" ? texts.machine : "",
    row.verdict === "likely" ? texts.likely : "",
  ].filter(Boolean);
  return element("tr", row.verdict === "machine" ? "off" : "",
    element("td", "time", shownDate(row.last_date)),
    element("td", "", texts.kinds[row.kind] ?? row.kind),
    element("td", "word", row.title || row.url || row.name || row.object_name || ""),
    element("td", "number", String(row.count)),
    element("td", "number", shownTime(row.engaged_seconds)),
    element("td", "soft", notes.join(", ")));
}

function totals(title, list) {
  if (list.length === 0) return [];
  const largest = Math.max(...list.map((total) => total.worth), 1e-9);
  const cards = list.map((total) =>
    card(total.name || texts.noTopic, numbers.format(total.worth), "", "", total.worth / largest));
  return [element("h2", "", title), element("div", "cards", ...cards)];
}

function heading(told) {
  const person = told.contact;
  const name = [person.first_name, person.last_name].filter(Boolean).join(" ") || person.email || person.id;
  const parts = [element("h1", "", name)];
  if (person.email && person.email !== name) parts.push(element("span", "word", person.email));
  if (person.phone) parts.push(element("span", "", person.phone));
  if (person.account) parts.push(element("span", "soft", person.account.name || person.account.domain));
  if (person.owner) parts.push(element("span", "soft", texts.owner + (person.owner.name || person.owner.key)));
  for (const [holds, text] of [
    [person.is_claimed, texts.claimed], [person.consents.objected, texts.objected],
    [told.stage.awaits_confirmation, texts.awaits], [told.stage.is_excluded, texts.excluded],
  ]) {
    if (holds) parts.push(element("span", "tag", text));
  }
  return element("header", "", ...parts);
}

function standing(told) {
  const stage = told.stage;
  const next = stage.next;
  const goal = next ? stage[next].enter : undefined;
  const missing = next ? numbers.format(stage.missing ?? 0) : "–";
  return element("div", "cards",
    card(texts.score, numbers.format(told.sum), `${texts.asOf} ${shownDate(told.as_of)}`, stage.stage),
    card(texts.stage, texts[stage.stage], told.contact.standing.first_seen
      ? `${texts.firstSeen} ${shownDate(told.contact.standing.first_seen)}` : "", stage.stage),
    card(texts.grade, stage.grade),
    card(next ? texts.toNext(texts[next]) : texts.nothingMissing, missing, "", "", goal ? told.for_stages / goal : 1));
}

function ledger(told) {
  const foot = element("tr", "", element("td", "", texts.sum), element("td"), element("td"), element("td"), element("td"),
    element("td", "number", numbers.format(told.sum)), element("td"));
  const headings = [[texts.date], [texts.rule], [texts.what], [texts.group], [texts.points, "number"],
    [texts.worth, "number"], [texts.state]];
  return [element("h2", "", texts.ledger), table(headings, [...told.entries].reverse().map(ledgerRow), foot)];
}

function timeline(page) {
  const headings = [[texts.date], [texts.act], [texts.what], [texts.count, "number"], [texts.time, "number"], [""]];
  const shown = table(headings, page.items.map(timelineRow));
  const parts = [element("h2", "", texts.timeline), shown];
  if (page.next) {
    const button = element("button", "plain", texts.more);
    let next = page.next;
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const more = await ask(`/timeline?limit=100&after=${encodeURIComponent(next)}`);
        shown.querySelector("tbody").append(...more.items.map(timelineRow));
        next = more.next;
        button.disabled = false;
        if (!next) button.remove();
      } catch (error) {
        complain(error);
      }
    });
    parts.push(button);
  }
  return parts;
}

function askForKey(complaint) {
  const input = element("input");
  input.type = "password";
  input.required = true;
  input.autocomplete = "off";
  input.placeholder = "vdg_…";
  input.setAttribute("aria-label", texts.key);
  const form = element("form", "", input, element("button", "", texts.open));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sessionStorage.setItem(storageName, input.value.trim());
    show();
  });
  const parts = [element("h1", "", "Vendange"), element("p", "", texts.keyNeeded)];
  if (complaint) {
    const alert = element("p", "", complaint);
    alert.setAttribute("role", "alert");
    parts.push(alert);
  }
  main.replaceChildren(...parts, form);
  input.focus();
}

function complain(error) {
  if (error.status === 401 || error.status === 403) {
    sessionStorage.removeItem(storageName);
    return askForKey(texts.wrongKey);
  }
  const text = error.status === 404 || error.status === 422 ? texts.missing : texts.failed + (error.status ?? error.message);
  const alert = element("p", "", text);
  alert.setAttribute("role", "alert");
  main.replaceChildren(element("h1", "", "Vendange"), alert);
}

async function show() {
  if (!sessionStorage.getItem(storageName)) return askForKey();
  try {
    const [told, page] = await Promise.all([ask("/explain"), ask("/timeline?limit=50")]);
    const forget = element("button", "plain", texts.forget);
    forget.addEventListener("click", () => {
      sessionStorage.removeItem(storageName);
      askForKey();
    });
    const top = heading(told);
    document.title = `${top.querySelector("h1").textContent} – Vendange`;
    main.replaceChildren(top, standing(told), ...totals(texts.groups, told.groups),
      ...totals(texts.topics, told.topics.filter((total) => total.name)), ...ledger(told), ...timeline(page), forget);
  } catch (error) {
    complain(error);
  }
}

show();
