package dev.millrace.blobs;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Looks up the addresses of a host name. */
@FunctionalInterface
interface Lookup {

  /** Looks up names with this machine's name resolution. */
  Lookup SYSTEM = InetAddress::getAllByName;

  /** {@return the addresses of a host name, at least one} */
  InetAddress[] addresses(String host) throws UnknownHostException;
}
