import type { RouteConfigView, RouteView, VirtualHostView } from "../xds/mod.ts";
import { ConnectorDomains, plainDomain } from "./_connector_domains.ts";
import { ConnectorNames, type HostSurvey, surveyHost } from "./_connector_names.ts";
import { connectName, isOwnRoute, offlineName } from "./_own_routes.ts";
import { isFrame, routePlace, virtualHostPlace } from "./_places.ts";
import type { Job, Run } from "./_run.ts";

/** Body of every 503 for a connector that is offline. */
export const OFFLINE_BODY = "Tunnel not online";

/**
 * Leads CONNECT into the tunnels of connectors that are online, and answers 503 for those that are offline.
 *
 * - CONNECT of a virtual host is about one cluster: the first with a connector, in the order of its routes and of the
 *   weights of a route. It stays that one when its connector goes offline: CONNECT then gets 503 and is not led into
 *   the tunnel of another. Requests to the further connectors of the host go by their own routes.
 * - That cluster online: a route for CONNECT comes first, and the host gets a domain of its own, see
 *   `ConnectorDomains`. Offline: a route that answers CONNECT with 503 comes first, and no domain is added.
 * - Each route that leads to a connector which is offline answers 503, whichever connector of the host it is. So does a
 *   route with weights as soon as one of them is offline: nothing that was meant for a tunnel goes anywhere else.
 * - A host that has a route for CONNECT of certgate already gets no other; a route that is refused leads nowhere and is
 *   not looked at again. So the answer, planned again, gives no step.
 * - Which Gateway a virtual host is of does not matter, the name of the cluster says whose it is.
 * - A cluster that `connectorClusters` failed at gets no route for CONNECT.
 * - A route that comes alone (PostRouteModify) is refused where it has to be; its host is not there to be changed.
 *
 * With `compat: nso` the first connector of a plain route decides for the whole host, others and weights are not looked
 * at, a second run adds a second route, and a host named `*` gets a wildcard domain.
 */
export function planConnectorRoutes(run: Run): void {
  const { snapshot, index } = run.context;
  if (index.connectors === 0) return;
  const names = new ConnectorNames(run.context);
  for (const config of snapshot.routeConfigs) {
    const domains = new ConnectorDomains(config);
    for (const host of config.virtualHosts) run.attempt({ config, host, names, domains }, HOST);
  }
}

interface Host {
  readonly config: RouteConfigView;
  readonly host: VirtualHostView;
  readonly names: ConnectorNames;
  readonly domains: ConnectorDomains;
}

const hostTarget = ({ config, host }: Host) => (
  { kind: "virtualHost", ...virtualHostPlace(config, host) } as const
);

const HOST: Job<Host> = {
  target: hostTarget,
  plan(subject, run) {
    const { config, host, names } = subject;
    if (config.malformed || host.malformed) return run.skip(hostTarget(subject), "the virtual host");
    const survey = surveyHost(host, names, run.context.settings.compat === "nso");
    if (survey.cluster === null) return;
    if (!isFrame(host, run.context)) run.attempt({ ...subject, survey }, CONNECT);
    for (const route of survey.offline) run.attempt({ config, host, route }, REFUSE);
  },
};

const CONNECT: Job<Host & { readonly survey: HostSurvey }> = {
  target: hostTarget,
  plan({ config, host, names, domains, survey }, run) {
    const cluster = survey.cluster!;
    const nso = run.context.settings.compat === "nso";
    if (names.hasFailed(cluster) || !nso && hasOwnRoute(host)) return;
    const at = virtualHostPlace(config, host);
    if (names.fate(cluster)!.online) {
      const domain = nso ? plainDomain(host) : domains.give(host);
      run.add({ kind: "add_connect_route", ...at, name: connectName(host.name), cluster, domain });
    } else {
      run.add({ kind: "add_offline_route", ...at, name: offlineName(host.name) });
    }
  },
};

interface Offline {
  readonly config: RouteConfigView;
  readonly host: VirtualHostView;
  readonly route: RouteView;
}

const REFUSE: Job<Offline> = {
  target: ({ config, host, route }) => ({ kind: "route", ...routePlace(config, host, route) }),
  plan(subject, run) {
    const { config, host, route } = subject;
    if (route.malformed) return run.skip(this.target(subject), "the route");
    run.add({ kind: "refuse_route", ...routePlace(config, host, route), status: 503, body: OFFLINE_BODY });
  },
};

function hasOwnRoute(host: VirtualHostView): boolean {
  const hostName = host.name;
  return host.routes.some((route) => isOwnRoute(route, { name: route.name, hostName }));
}
