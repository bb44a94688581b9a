package dev.millrace.blobs;

import java.util.List;

/**
 * A page of a web server.
 *
 * @param scheme {@code http} or {@code https}
 * @param host a name in lower case, or an IP address in its canonical form, without brackets
 * @param port the port, even if it is the default port
 * @param path the decoded segments of the path
 * @param target the path and the query as they are sent
 */
record WebRef(String scheme, String host, int port, List<String> path, String target)
    implements DataRef {

  @Override
  public String store() {
    return scheme + "://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
