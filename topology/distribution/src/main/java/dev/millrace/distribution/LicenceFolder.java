package dev.millrace.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Collects the licences of an archive's jars. The texts come from three sources: the jars, the
 * standard texts of the licences that the jars' POMs declare, and the jars' {@link
 * KnownComponent}s. Reports a problem for each jar or component without a licence text, and for
 * each native library that belongs to no {@link KnownComponent}.
 */
final class LicenceFolder {

  private final List<KnownComponent> known;
  private final StandardTexts standard;

  private final Map<String, String> files = new TreeMap<>();
  private final Map<String, String> names = new LinkedHashMap<>();
  private final Map<String, String> notices = new LinkedHashMap<>();
  private final List<String> rows = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  LicenceFolder(List<KnownComponent> known, StandardTexts standard) {
    this.known = known;
    this.standard = standard;
  }

  /** Adds a jar with the licences that its POM declares. */
  void add(BundledJar jar, List<String> declared) throws IOException {
    List<String> found = new ArrayList<>();
    jar.texts()
        .forEach(
            (path, text) -> {
              if (BundledJar.isNotice(path)) {
                notices.putIfAbsent(text.strip(), jar.name());
              }
              found.add(put(jar.name() + "/" + path.replaceFirst(".*/", ""), text));
            });
    List<KnownComponent> components = known.stream().filter(one -> one.isIn(jar)).toList();
    if (!jar.hasLicence() && components.stream().noneMatch(KnownComponent::isJavaCode)) {
      addDeclared(jar, declared, found);
    }
    for (KnownComponent component : components) {
      addKnown(jar, component, found);
    }
    for (String library : jar.libraries()) {
      if (components.stream().noneMatch(one -> one.isIn(library))) {
        problems.add(jar.name() + ": " + library + " is of no component in components.tsv");
      }
    }
    rows.add(
        "| "
            + jar.name()
            + " | "
            + String.join(", ", declared)
            + " | "
            + String.join(", ", found.stream().distinct().map(LicenceFolder::link).toList())
            + " |");
  }

  private void addDeclared(BundledJar jar, List<String> declared, List<String> found)
      throws IOException {
    if (declared.isEmpty()) {
      problems.add(jar.name() + " has no known licence");
    }
    for (String id : declared) {
      String text = standard.text(id).orElse(null);
      if (text == null || StandardTexts.needsCopyright(text)) {
        problems.add(
            jar.name() + ": " + id + " has no text without a copyright; add it to components.tsv");
      } else {
        found.add(put("texts/" + id + ".txt", text));
      }
    }
  }

  private void addKnown(BundledJar jar, KnownComponent component, List<String> found)
      throws IOException {
    String text = standard.text(component.licence()).orElse(null);
    if (text == null) {
      problems.add(component.name() + ": there is no text of " + component.licence());
      return;
    }
    found.add(
        put(
            jar.artifact() + "/" + component.name().replaceAll("[^A-Za-z0-9.+-]+", "-") + ".txt",
            component.name() + "\n\n" + StandardTexts.withCopyright(text, component.copyright())));
  }

  /** Stores a text, unless an equal text is stored already. Returns the name of the stored file. */
  private String put(String file, String text) {
    String name = names.get(text);
    if (name == null) {
      name = file;
      for (int i = 2; files.containsKey(name); i++) {
        name = file + "-" + i;
      }
      names.put(text, name);
      files.put(name, text);
    }
    return name;
  }

  private static String link(String file) {
    return "[" + file.replaceFirst(".*/", "") + "](" + file + ")";
  }

  /** Returns the problems, one line each. */
  List<String> problems() {
    return List.copyOf(problems);
  }

  /** Returns the notices of the jars, without duplicates. */
  String notices() {
    StringBuilder all = new StringBuilder();
    notices.forEach(
        (text, jar) -> all.append("\n---- ").append(jar).append("\n\n").append(text).append('\n'));
    return all.toString();
  }

  /** Writes the texts, and {@code README.md} with a table of jars and texts. */
  void write(Path folder) throws IOException {
    files.put(
        "README.md",
        "# Licences\n\n"
            + "| jar | declared by its POM | texts |\n|---|---|---|\n"
            + String.join("\n", rows)
            + "\n");
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path target = folder.resolve(file.getKey());
      Files.createDirectories(target.getParent());
      Files.writeString(target, file.getValue());
    }
  }
}
