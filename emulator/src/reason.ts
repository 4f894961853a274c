const LONGEST = 240;
/** What browsers do not show. */
const INVISIBLE: ReadonlySet<string> = new Set(["head", "style", "script"]);

/** A receiver's own words in the body of its answer, on one line; empty when it has none. */
export function reasonIn(body: string): string {
  const words = messageIn(body) ?? plainText(body);
  const line = words.replace(/\s+/g, " ").trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** The message of a JSON body, at the places where frameworks put it. */
function messageIn(text: string): string | undefined {
  const body = parse(text);
  const error = property(body, "error");
  const places = [
    property(error, "message"),
    property(body, "message"),
    property(body, "error_description"),
    error,
    property(body, "detail"),
    property(body, "code"),
  ];
  return places.find((place): place is string => typeof place === "string" && place !== "");
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The words of an error page; other texts as they are. It takes as long as the text is, whatever is in it. */
function plainText(text: string): string {
  if (!/^\s*<(!doctype|html)/i.test(text)) {
    return text;
  }
  let hidden = "";
  const words = text.split(/(?=<)/).map((part) => {
    const [, slash = "", name = ""] = /^<(\/?)(\w*)/.exec(part.toLowerCase()) ?? [];
    if (hidden === "" && slash === "" && INVISIBLE.has(name)) {
      hidden = name;
    }
    if (hidden === name && slash === "/") {
      hidden = "";
    }
    return hidden === "" ? part.slice(part.indexOf(">") + 1) : "";
  });
  return words.join(" ");
}
