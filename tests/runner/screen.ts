/** Where one piece of output goes. */
export interface Voice {
  write(text: string): void;
  /** Nothing more comes. */
  end(): void;
}

interface Piece {
  text: string;
}

/**
 * One screen for several that write at the same time. The one that began first is seen as it goes on; what the others say
 * is kept, and shown in one piece and between two lines once they have ended or are the first.
 */
export class Screen {
  readonly #write: (text: string) => void;
  /** Those that have not ended; the first one is seen. */
  #open: Piece[] = [];
  /** What has ended and waits for the end of a line. */
  #kept = "";
  #betweenLines = true;

  /** @param write Puts text on the real screen. */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  begin(): Voice {
    const piece: Piece = { text: "" };
    this.#open.push(piece);
    return {
      write: (text) => this.#open[0] === piece ? this.#show(text) : void (piece.text += text),
      end: () => this.#end(piece),
    };
  }

  #show(text: string): void {
    const cut = this.#betweenLines ? 0 : text.indexOf("\n") + 1;
    if (this.#kept !== "" && (this.#betweenLines || cut > 0)) {
      this.#put(text.slice(0, cut));
      this.#flush();
      this.#put(text.slice(cut));
    } else this.#put(text);
  }

  #end(piece: Piece): void {
    const seen = this.#open[0] === piece;
    this.#open = this.#open.filter((other) => other !== piece);
    if (!seen) this.#kept += wholeLines(piece.text);
    else if (!this.#betweenLines) this.#put("\n");
    if (this.#betweenLines) this.#flush();
    if (seen && this.#open.length > 0) {
      this.#put(this.#open[0].text);
      this.#open[0].text = "";
    }
  }

  #flush(): void {
    this.#put(this.#kept);
    this.#kept = "";
  }

  #put(text: string): void {
    if (text === "") return;
    this.#write(text);
    this.#betweenLines = text.endsWith("\n");
  }
}

function wholeLines(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
