/** Commands in the docs that no test of this folder runs: how they begin, and why, or which other test does. */
export const NOT_RUN: readonly { readonly begins: string; readonly why: string }[] = [
  { begins: "npx -y deno@2.9.6 task", why: "the name of the task is looked up; CI runs them" },
  { begins: "journalctl ", why: "there is no journal of certgate on a machine that tests run on" },
  {
    begins: "curl -fsSL https://github.com/certgate/",
    why: "no network; tests/install runs the script by standard input",
  },
  {
    begins: "curl -fsSLO https://github.com/certgate/",
    why: "no network; tests/install downloads over the loopback",
  },
  { begins: "curl -sI http://www.example.com/", why: "no network; shows what a server of ACME would see" },
  {
    begins: "sha256sum --check",
    why: "the files of a release are not here; tests/release makes and checks them",
  },
  { begins: "sh install.sh ", why: "tests/install runs it with these options" },
  { begins: "sh /usr/local/share/doc/certgate/install.sh --uninstall", why: "tests/install runs it" },
  {
    begins: "apt-get install ./certgate_",
    why: "changes the machine; tests/release unpacks the package",
  },
  {
    begins: "kubectl ",
    why: "tests/deploy builds every kustomization; there is no cluster on a machine that tests run on",
  },
  { begins: "podman build", why: "there is nothing on a machine that tests run on that builds images" },
  { begins: "sh deploy/rollout.sh", why: "tests/deploy/rollout_test.ts runs it against hosts of its own" },
  { begins: "systemctl ", why: "there is no service of certgate on a machine that tests run on" },
  { begins: "runuser ", why: "needs the user that the installer makes; lib/rotation tests who is refused" },
  { begins: "ss -ltnp", why: "shows what listens on the machine of the tests" },
  { begins: "pgrep ", why: "shows the processes of the machine of the tests" },
  { begins: "namei ", why: "only looks; not everywhere installed" },
  { begins: "chgrp -R certgate-keys", why: "the group is made by the installer" },
  { begins: "chmod -R g+rX", why: "changes modes, as root" },
  { begins: "ln -s /opt/envoy-1.40/envoy", why: "writes to /usr/local/bin" },
  {
    begins: "envoy --mode validate -c envoy.yaml",
    why: "tests/cli/envoy_config_test.ts has the real Envoy look at what is printed",
  },
  { begins: "ls -l /run/certgate", why: "only looks, and the socket is elsewhere in a test" },
  { begins: "df -h", why: "only looks, at directories that a test does not have" },
  { begins: "timedatectl ", why: "needs a running systemd" },
  { begins: "systemctl status certgate", why: "no systemd; tests/systemd hears the status line" },
  { begins: "systemctl reload certgate", why: "no systemd; tests/systemd sends the signal of ExecReload=" },
  {
    begins: "systemd-analyze security certgate",
    why: "tests/systemd asks it about the unit of this checkout",
  },
];
