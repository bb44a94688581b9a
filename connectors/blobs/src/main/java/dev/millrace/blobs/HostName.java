package dev.millrace.blobs;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Normalises the host of a URI. Never resolves a name. */
final class HostName {

  private static final String OCTET = "(?:0|[1-9]\\d?|1\\d\\d|2[0-4]\\d|25[0-5])";
  private static final Pattern IPV4 = Pattern.compile("(?:" + OCTET + "\\.){3}" + OCTET);

  /**
   * Matches hosts such as "127.1", "2130706433" and "0x7f000001", which resolvers read as IPv4
   * addresses.
   */
  private static final Pattern ENDS_IN_NUMBER =
      Pattern.compile("(?:.*\\.)?(?:\\d+|0[xX][0-9a-fA-F]*)");

  private static final String LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
  private static final Pattern NAME = Pattern.compile(LABEL + "(?:\\." + LABEL + ")*");
  private static final int LONGEST = 253;

  private HostName() {}

  /**
   * {@return the host in lower case, or an IP address in its canonical form}
   *
   * @param host the host of a {@link java.net.URI}: an IPv6 address in brackets, or null if the
   *     host is missing or invalid
   */
  static String of(String host) {
    if (host == null) {
      throw new IllegalArgumentException("its host is missing or invalid");
    }
    if (host.startsWith("[")) {
      return address(host);
    }
    if (host.endsWith(".")) {
      throw new IllegalArgumentException("its host ends with a dot");
    }
    if (IPV4.matcher(host).matches()) {
      return host;
    }
    String name = host.toLowerCase(Locale.ROOT);
    if (ENDS_IN_NUMBER.matcher(name).matches()
        || name.length() > LONGEST
        || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "its host is neither a name in ASCII (xn--… for others) nor an IP address");
    }
    return name;
  }

  /** {@return whether a host that {@link #of} returned is an IP address} */
  static boolean isAddress(String host) {
    return host.indexOf(':') >= 0 || IPV4.matcher(host).matches();
  }

  private static String address(String bracketed) {
    if (bracketed.indexOf('%') >= 0) {
      throw new IllegalArgumentException("its host has a zone (%)");
    }
    try {
      // An IPv4-mapped address becomes the IPv4 address. Because the host is in brackets, Java only
      // parses the address and never looks up a name.
      return InetAddress.getByName(bracketed).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("its host is not a valid IPv6 address", null);
    }
  }
}
