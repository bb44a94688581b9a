package dev.millrace.service.command.models;

import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.lifecycle.StopSignal;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.output.Table;
import dev.millrace.service.history.Instances;
import dev.millrace.service.history.MeasuredChampion;
import dev.millrace.service.history.Reported;
import dev.millrace.service.history.Trained;
import dev.millrace.service.history.Waiting;
import java.io.PrintWriter;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.kafka.common.errors.WakeupException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code millrace models status}. */
@Command(
    name = "status",
    description = {
      "Show what each instance serves, and how far the training is.",
      "Reads the topic millrace.models.status. An instance reports to this topic when it starts"
          + " with a promoted version, and after each promotion. An instance does not report its"
          + " stop, so a stopped instance is listed until Kafka deletes its last report.",
      "A trainer reports to the same topic after each epoch. Before each round of a training from"
          + " topics, it also reports the accuracy of the promoted version on the newest held-out"
          + " images. If the training waits, for example for labels or for the repository, it reports"
          + " the reason. The last epoch, the last accuracy and the reason of each model are shown."
    },
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace models status",
      "  millrace models status --model fashion --follow --json"
    })
final class ModelsStatusCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private KafkaOptions kafka;

  @Grouped(Section.MODEL)
  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Name of the model (default: every model).")
  private String model;

  @Option(
      names = "--follow",
      description = "Print the last reports, then each new report until Ctrl-C.")
  private boolean follow;

  @Option(names = "--json", description = "Print each report as one line of JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Instances instances = new Instances();
    Map<String, Trained> epochs = new TreeMap<>();
    Map<String, MeasuredChampion> champions = new TreeMap<>();
    Map<String, Waiting> waits = new TreeMap<>();
    try (ModelTopics topics = ModelTopics.of(kafka);
        StopSignal stop = StopSignal.listen(topics::wakeup)) {
      topics.reports(
          instances::add,
          trained -> epochs.put(trained.progress().model(), trained),
          measured -> champions.put(measured.report().model(), measured),
          waiting -> waits.put(waiting.report().model(), waiting));
      List<Reported> last = instances.last().stream().filter(this::isWanted).toList();
      print(last);
      epochs.values().forEach(this::print);
      champions.values().forEach(this::print);
      waits.values().stream().filter(Waiting::isWaiting).forEach(this::print);
      if (follow) {
        topics.follow(this::print, this::print, this::print, this::print);
      }
    } catch (WakeupException e) {
      // A signal has ended the command, and sets the JVM's exit code.
    }
    return ExitCode.DONE;
  }

  private boolean isWanted(Reported reported) {
    return model == null || model.equals(reported.report().model());
  }

  private void print(List<Reported> last) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      last.forEach(reported -> out.println(ReportText.json(reported)));
    } else if (last.isEmpty()) {
      out.println("no instance has reported; instances report once a version is promoted");
    } else {
      Table table = new Table(ReportText.HEADINGS);
      last.forEach(reported -> table.add(text().cells(reported)));
      table.print(out);
    }
    out.flush();
  }

  private void print(Reported reported) {
    print(reported.report().model(), ReportText.json(reported), text().line(reported));
  }

  private void print(Trained trained) {
    print(trained.progress().model(), ReportText.json(trained), text().line(trained));
  }

  private void print(MeasuredChampion measured) {
    print(measured.report().model(), ReportText.json(measured), text().line(measured));
  }

  private void print(Waiting waiting) {
    print(waiting.report().model(), ReportText.json(waiting), text().line(waiting));
  }

  private static ReportText text() {
    return new ReportText(ZoneId.systemDefault());
  }

  private void print(String of, String asJson, String asText) {
    if (model == null || model.equals(of)) {
      PrintWriter out = spec.commandLine().getOut();
      out.println(json ? asJson : asText);
      out.flush();
    }
  }
}
