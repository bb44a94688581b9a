package dev.millrace.service.command.output;

import picocli.CommandLine.IVersionProvider;

/** The program's version, as the build wrote it into the jar's manifest. */
public final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {"millrace " + number()};
  }

  /** The number alone, or {@code (unpackaged)} when the classes come from no jar. */
  public static String number() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "(unpackaged)" : version;
  }
}
