package dev.millrace.connect;

/** The version of the plugins, from the jar's manifest. */
final class PluginVersion {

  /** The version that Connect shows for a plugin without a version. */
  private static final String UNDEFINED = "undefined";

  private PluginVersion() {}

  static String get() {
    String version = PluginVersion.class.getPackage().getImplementationVersion();
    return version == null ? UNDEFINED : version;
  }
}
