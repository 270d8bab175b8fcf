// The embed code of a live channel or a recording: an iframe with the page that is only the player. Pure.

/** Path of the page that other sites may frame; `of` is the path of the whole page: `/live/<id>`, `/recordings/<id>`. */
export function embedPath(of: string): string {
  return `/embed${of}`;
}

/** HTML to paste into a page of another site. The player fills the width it is given at 16:9; names may hold anything. */
export function embedHtml(url: string, name: string): string {
  const style = 'width:100%;max-width:960px;aspect-ratio:16/9;border:0';
  const allow = 'autoplay; fullscreen; picture-in-picture';
  return `<iframe src="${escaped(url)}" title="${escaped(name)}" style="${style}" allow="${allow}" allowfullscreen loading="lazy"></iframe>`;
}

/** Text as it may stand in a quoted attribute. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
