import { generalizedTime, utcTime } from "./_certificate.ts";
import { int, join, octets, tlv } from "./_der.ts";
import { group, type Kind } from "./_kind.ts";
import { certPair, type pair } from "./_pem.ts";

type Table = Record<string, () => ReturnType<typeof pair>>;

const until = (time: Uint8Array) => certPair({ validity: join(utcTime("240101000000Z"), time) });
const from = (time: Uint8Array) => certPair({ validity: join(time, generalizedTime("20910101000000Z")) });
const utc = (text: string) => from(utcTime(text));
const general = (text: string) => until(generalizedTime(text));

const dates: Table = {
  "expired": () => certPair({ validity: join(utcTime("100101000000Z"), utcTime("110101000000Z")) }),
  "not-yet-valid": () =>
    certPair({ validity: join(generalizedTime("20900101000000Z"), generalizedTime("20910101000000Z")) }),
  "not-after-before-not-before": () =>
    certPair({ validity: join(utcTime("300101000000Z"), utcTime("240101000000Z")) }),
  "equal": () => certPair({ validity: join(utcTime("240101000000Z"), utcTime("240101000000Z")) }),
  "utc-1950": () => utc("500101000000Z"),
  "utc-2049": () => until(utcTime("491231235959Z")),
  "general-2049": () => general("20491231235959Z"),
  "general-2024": () => from(generalizedTime("20240101000000Z")),
  "general-2050": () => general("20500101000000Z"),
  "general-9999": () => general("99991231235959Z"),
  "general-0000": () => from(generalizedTime("00000101000000Z")),
  "general-1900": () => from(generalizedTime("19000101000000Z")),
  "general-10000": () => general("100000101000000Z"),
  "utc-without-seconds": () => utc("2401010000Z"),
  "utc-without-seconds-offset": () => utc("2401010000+0000"),
  "utc-offset": () => utc("240101000000+0100"),
  "utc-offset-zero": () => utc("240101000000+0000"),
  "utc-offset-negative": () => utc("240101000000-0500"),
  "utc-offset-not-after": () => until(utcTime("490101000000+0100")),
  "utc-offset-hours-13": () => utc("240101000000+1300"),
  "utc-offset-minutes-60": () => utc("240101000000+0160"),
  "utc-offset-short": () => utc("240101000000+01"),
  "utc-without-zone": () => utc("240101000000"),
  "utc-lower-case-z": () => utc("240101000000z"),
  "utc-fraction": () => utc("240101000000.5Z"),
  "utc-four-digit-year": () => utc("20240101000000Z"),
  "utc-month-00": () => utc("240001000000Z"),
  "utc-month-13": () => utc("241301000000Z"),
  "utc-day-00": () => utc("240100000000Z"),
  "utc-day-32": () => utc("240132000000Z"),
  "utc-april-31": () => utc("240431000000Z"),
  "utc-february-29-leap": () => utc("240229000000Z"),
  "utc-february-29-no-leap": () => utc("230229000000Z"),
  "utc-february-30": () => utc("240230000000Z"),
  "utc-hour-24": () => utc("240101240000Z"),
  "utc-minute-60": () => utc("240101006000Z"),
  "utc-second-60": () => utc("240101000060Z"),
  "utc-second-61": () => utc("240101000061Z"),
  "utc-letters": () => utc("24Jan1000000Z"),
  "utc-space": () => utc("24 101000000Z"),
  "utc-minus": () => utc("24-101000000Z"),
  "utc-nul-inside": () => utc("24010100000\0Z"),
  "utc-nul-at-end": () => utc("240101000000Z\0"),
  "utc-empty": () => utc(""),
  "utc-trailing": () => utc("240101000000ZZ"),
  "general-without-seconds": () => general("209101010000Z"),
  "general-without-minutes": () => general("2091010100Z"),
  "general-offset": () => general("20910101000000+0100"),
  "general-offset-zero": () => general("20910101000000+0000"),
  "general-fraction": () => general("20910101000000.5Z"),
  "general-fraction-comma": () => general("20910101000000,5Z"),
  "general-without-zone": () => general("20910101000000"),
  "general-month-13": () => general("20911301000000Z"),
  "general-day-32": () => general("20910132000000Z"),
  "general-february-29-2100": () => general("21000229000000Z"),
  "general-february-29-2096": () => general("20960229000000Z"),
  "general-second-60": () => general("20910101000060Z"),
  "general-hour-24": () => general("20910101240000Z"),
  "general-two-digit-year": () => general("910101000000Z"),
  "general-empty": () => general(""),
  "tag-printable-string": () => from(tlv(0x13, "240101000000Z")),
  "tag-integer": () => from(int(1704067200)),
  "tag-octet-string": () => from(octets("240101000000Z")),
  "tag-constructed-utc": () => from(tlv(0x37, utcTime("240101000000Z"))),
  "not-after-missing": () => certPair({ validity: utcTime("240101000000Z") }),
  "three-dates": () =>
    certPair({
      validity: join(utcTime("240101000000Z"), utcTime("340101000000Z"), utcTime("440101000000Z")),
    }),
  "no-dates": () => certPair({ validity: new Uint8Array() }),
};

/** Dates, sound and odd. Envoy reads them and does not compare them with its clock. */
export const dateKinds: Kind[] = group("date", dates);
