package dev.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LicencesTest {

  private static final String MIT =
      "MIT License\n\nCopyright (c) <year> <holders>\n\nPermission is\n";

  @TempDir Path folder;

  private LicenceFolder licences;

  @BeforeEach
  void makeStandardTexts() throws Exception {
    Path texts = Files.createDirectory(folder.resolve("texts"));
    Files.writeString(texts.resolve("Apache-2.0.txt"), "Apache License\n");
    Files.writeString(texts.resolve("MIT.txt"), MIT);
    Files.writeString(texts.resolve("Odd-1.0.txt"), "404: Not Found");
    licences =
        new LicenceFolder(
            List.of(
                KnownComponent.parse("plain\t-\tPlain\tMIT\tCopyright (c) 2001 Ann"),
                KnownComponent.parse("fast\tlibfast\\..*\tFast C\tMIT\tCopyright (c) 2002 Bob"),
                KnownComponent.parse("odd\t-\tOdd\tOdd-1.0\tCopyright (c) 2003 Cid")),
            new StandardTexts(texts));
  }

  @Test
  void textInTheJar_isTaken() throws Exception {
    collect("own", List.of("MIT"), Map.of("META-INF/LICENSE.txt", "Do what you like.\n"));

    assertThat(written("own-1/LICENSE.txt")).isEqualTo("Do what you like.\n");
    assertThat(written("README.md")).contains("| own-1 | MIT | [LICENSE.txt](own-1/LICENSE.txt) |");
  }

  @Test
  void textsInAFolderOfLicences_areTaken() throws Exception {
    collect("own", List.of(), Map.of("so/share/licenses/png/png-README", "Of libpng."));

    assertThat(written("own-1/png-README")).isEqualTo("Of libpng.");
  }

  @Test
  void jarWithoutAText_getsThatOfItsPom() throws Exception {
    collect("silent", List.of("Apache-2.0"), Map.of("a/B.class", ""));

    assertThat(written("texts/Apache-2.0.txt")).isEqualTo("Apache License\n");
  }

  @Test
  void jarWithoutALicence_failsTheBuild() {
    assertThatThrownBy(() -> collect("silent", List.of(), Map.of("a/B.class", "")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("silent-1 has no known licence");
  }

  @Test
  void noticeAlone_isNoLicence() {
    assertThatThrownBy(() -> collect("silent", List.of(), Map.of("META-INF/NOTICE", "By Ann")))
        .hasMessageContaining("silent-1 has no known licence");
  }

  @Test
  void textThatNeedsACopyright_failsTheBuild() {
    assertThatThrownBy(() -> collect("silent", List.of("MIT"), Map.of("a/B.class", "")))
        .hasMessageContaining("silent-1: MIT has no text without a copyright");
  }

  @Test
  void knownComponent_fillsInItsCopyright() throws Exception {
    collect("plain", List.of("MIT"), Map.of("a/B.class", ""));

    assertThat(written("plain/Plain.txt"))
        .isEqualTo("Plain\n\nMIT License\n\nCopyright (c) 2001 Ann\n\nPermission is\n");
  }

  @Test
  void copyrightInCapitals_isFilledInToo() {
    assertThat(
            StandardTexts.withCopyright(
                "MIT No Attribution\n\nCopyright <YEAR> <HOLDER>\n", "Copyright 2014 Dan"))
        .isEqualTo("MIT No Attribution\n\nCopyright 2014 Dan\n");
  }

  @Test
  void licenceWithoutAText_failsTheBuild() {
    assertThatThrownBy(() -> collect("odd", List.of(), Map.of("a/B.class", "")))
        .hasMessageContaining("Odd: there is no text of Odd-1.0");
  }

  @Test
  void nativeLibrary_bringsTheLicenceOfWhatIsInIt() throws Exception {
    collect("fast", List.of("Apache-2.0"), Map.of("linux/libfast.so.1", "", "a/B.class", ""));

    assertThat(written("fast/Fast-C.txt")).contains("Copyright (c) 2002 Bob");
    assertThat(written("README.md")).contains("texts/Apache-2.0.txt", "fast/Fast-C.txt");
  }

  @Test
  void nativeLibraryOfNoComponent_failsTheBuild() {
    assertThatThrownBy(
            () -> collect("fast", List.of("Apache-2.0"), Map.of("mac/libother.dylib", "")))
        .hasMessageContaining("fast-1: libother.dylib is of no component in components.tsv");
  }

  @Test
  void textOfSeveralJars_isWrittenOnce() throws Exception {
    collect("one", List.of(), Map.of("LICENSE", "Ours.", "NOTICE", "By Ann"));
    collect("two", List.of(), Map.of("LICENSE", "Ours.", "NOTICE", "By Ann"));

    assertThat(written("one-1/LICENSE")).isEqualTo("Ours.");
    assertThat(folder.resolve("out/two-1")).doesNotExist();
    assertThat(licences.notices()).isEqualTo("\n---- one-1\n\nBy Ann\n");
  }

  @Test
  void textsOfOneName_areBothKept() throws Exception {
    collect("own", List.of(), Map.of("a/LICENSE", "One.", "b/LICENSE", "Two."));

    assertThat(List.of(written("own-1/LICENSE"), written("own-1/LICENSE-2")))
        .containsExactly("One.", "Two.");
  }

  @Test
  void billOfMaterials_namesTheFilesOfOthers() throws Exception {
    Path sbom = folder.resolve("sbom.json");
    Files.writeString(
        sbom,
        """
        {"components": [
          {"group": "dev.millrace", "name": "millrace-core", "version": "1"},
          {"group": "org.a", "name": "a", "version": "1.2",
           "purl": "pkg:maven/org.a/a@1.2?type=jar",
           "licenses": [{"license": {"id": "MIT"}}, {"license": {"name": "Go License"}}]},
          {"group": "org.b", "name": "b", "version": "3",
           "purl": "pkg:maven/org.b/b@3?classifier=linux-x86_64&type=jar",
           "licenses": [{"expression": "MIT OR CC0-1.0"}]}]}
        """);

    assertThat(Sbom.read(sbom))
        .containsOnly(
            Map.entry("a-1.2.jar", new Sbom.Component("a", List.of("MIT", "Go License"))),
            Map.entry("b-3-linux-x86_64.jar", new Sbom.Component("b", List.of("MIT OR CC0-1.0"))));
  }

  @Test
  void jarThatIsNotThere_failsTheBuild() {
    assertThatThrownBy(
            () ->
                Licences.collect(
                    Map.of("gone-1.jar", new Sbom.Component("gone", List.of("MIT"))),
                    Map.of(),
                    licences))
        .hasMessage("gone-1.jar is not on the class path");
  }

  @Test
  void projectsTable_canBeRead() throws Exception {
    assertThat(KnownComponent.all())
        .extracting(KnownComponent::name)
        .contains("ONNX Runtime", "OpenCV", "OpenBLAS", "PyTorch");
  }

  @Test
  void lineWithAColumnTooFew_isNamed() {
    assertThatThrownBy(() -> KnownComponent.parse("plain\t-\tPlain\tMIT"))
        .hasMessageContaining("has 4 columns; give it 5");
  }

  private void collect(String artifact, List<String> declared, Map<String, String> entries)
      throws IOException {
    Path file = folder.resolve(artifact + "-1.jar");
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, String> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
      }
    }
    Licences.collect(
        Map.of(file.getFileName().toString(), new Sbom.Component(artifact, declared)),
        Map.of(file.getFileName().toString(), file),
        licences);
  }

  private String written(String file) throws IOException {
    licences.write(folder.resolve("out"));
    return Files.readString(folder.resolve("out").resolve(file));
  }
}
