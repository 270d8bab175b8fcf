// Just enough XML to read a camera's SOAP answers: elements by local name, whatever their prefixes are.

export const mediaNamespace = 'http://www.onvif.org/ver10/media/wsdl';
export const schemaNamespace = 'http://www.onvif.org/ver10/schema';

export type XmlElement = { attributes: ReadonlyMap<string, string>; inner: string };

/** All elements of that local name, in order; those that nest in one of their own name are not looked for. */
export function elementsOf(xml: string, name: string): XmlElement[] {
  const pattern = new RegExp(`<((?:[\\w.-]+:)?${name})((?:\\s[^<>]*?)?)(?:/>|>([\\s\\S]*?)</\\1\\s*>)`, 'g');
  return [...xml.matchAll(pattern)].map(([, , attributes = '', inner = '']) => ({ attributes: attributesOf(attributes), inner }));
}

/** The text of the first element of that local name; undefined when there is none. */
export function textOf(xml: string, name: string): string | undefined {
  const [element] = elementsOf(xml, name);
  return element && unescaped(element.inner.replaceAll(/<[^>]*>/g, '').trim());
}

/** The same elements under this prefix, to be sent back: that of the answer means nothing in another envelope. Attributes with a prefix go. */
export function prefixed(xml: string, prefix: string): string {
  return xml
    .replaceAll(/\s[\w.-]+:[\w.-]+\s*=\s*(?:"[^"]*"|'[^']*')/g, '')
    .replaceAll(/<(\/?)(?:[\w.-]+:)?([\w.-]+)/g, `<$1${prefix}:$2`);
}

/** Text as it may stand inside an element. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function unescaped(text: string): string {
  const plain = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&apos;', "'");
  return plain.replaceAll('&amp;', '&');
}

function attributesOf(text: string): Map<string, string> {
  return new Map([...text.matchAll(/([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, name = '', a, b]) => [name, unescaped(a ?? b ?? '')]));
}
