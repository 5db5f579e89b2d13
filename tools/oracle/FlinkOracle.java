package oracle;

import java.io.ByteArrayOutputStream;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.dag.Pipeline;
import org.apache.flink.client.deployment.executors.PipelineExecutorUtils;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.PipelineExecutor;
import org.apache.flink.core.execution.PipelineExecutorFactory;
import org.apache.flink.core.execution.PipelineExecutorServiceLoader;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.MiniClusterJobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.ResultKind;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.api.internal.TableResultInternal;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.utils.print.RowDataToStringConverter;
import org.apache.flink.util.CloseableIterator;

/**
 * Runs SQL files on real Flink inside one JVM and one long-lived mini-cluster.
 *
 * <p>usage: FlinkOracle [-Dkey=value ...] CASES OUT
 *
 * <ul>
 *   <li>CASES a folder: every *.sql gives OUT/NAME.out
 *   <li>CASES a file: its result goes to OUT, or to stdout when OUT is "-"
 *   <li>CASES "-": serve; each stdin line "IN OUT" is run and answered "done IN"
 * </ul>
 *
 * <p>With -Dexecution.target=remote jobs go to the session cluster at -Drest.address, -Drest.port.
 * A case may begin with {@code -- mode: batch}. {@code ${CASES}} expands to the case's folder.
 * Flink hands SELECT an upsert stream (+I, +U, -D; no -U) where the plan allows; {@code -- key:
 * 0,2} in the case names the key columns for fold.py. Output is JSON lines, one block per statement
 * that returns something:
 *
 * <pre>
 * {"key":[0]}                      the hint above
 * {"stmt":3,"columns":["a","b"],"types":["BIGINT NOT NULL","STRING"]}   SELECT, SHOW, EXPLAIN ...
 * {"op":"+I","row":["1",null]}     values as Flink's CAST(... AS STRING) shows them
 * {"print":"+I[1, x]"}             a line of the print connector
 * {"stmt":4,"error":"class: message","root":"class: message"}   and the case stops
 * </pre>
 */
public final class FlinkOracle {
    private static final Pattern SET =
            Pattern.compile("(?is)SET\\s+'([^']*)'\\s*=\\s*'([^']*)'");
    private static final Pattern KEY = Pattern.compile("(?m)^--\\s*key:\\s*([0-9, ]+)$");
    private static MiniCluster cluster;
    private static final PrintStream STDOUT = System.out;

    public static void main(String[] args) throws Exception {
        Map<String, String> conf = new LinkedHashMap<>();
        List<String> rest = new ArrayList<>();
        for (String a : args) {
            int eq = a.indexOf('=');
            if (a.startsWith("-D") && eq > 0) conf.put(a.substring(2, eq), a.substring(eq + 1));
            else rest.add(a);
        }
        Configuration base = new Configuration();
        conf.forEach(base::setString);
        base.setString("rest.port", "0");
        base.setString("taskmanager.numberOfTaskSlots", conf.getOrDefault("taskmanager.numberOfTaskSlots", "4"));
        base.setString("taskmanager.memory.network.min", "64mb");
        base.setString("taskmanager.memory.network.max", "64mb");
        base.setString("taskmanager.memory.managed.size", conf.getOrDefault("taskmanager.memory.managed.size", "512mb"));
        base.setString("collect-sink.batch-size.max", conf.getOrDefault("collect-sink.batch-size.max", "32mb"));
        boolean remote = "remote".equals(conf.get("execution.target"));  // a running session cluster
        if (remote) {
            base = new Configuration();
            conf.forEach(base::setString);
        } else {
            cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(base).setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(Integer.parseInt(base.toMap().get("taskmanager.numberOfTaskSlots"))).build());
            cluster.start();
        }
        int failures = 0;
        try {
            if (rest.get(0).equals("-")) {
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
                for (String line; (line = in.readLine()) != null; ) {
                    String[] p = line.trim().split("\\s+");
                    if (p.length < 2) continue;
                    Files.write(Path.of(p[1]), run(Path.of(p[0]), base));
                    STDOUT.println("done " + p[0]);
                    STDOUT.flush();
                }
            } else if (Files.isDirectory(Path.of(rest.get(0)))) {
                Path out = Files.createDirectories(Path.of(rest.get(1)));
                TreeSet<Path> files = new TreeSet<>();
                try (DirectoryStream<Path> d = Files.newDirectoryStream(Path.of(rest.get(0)), "*.sql")) {
                    d.forEach(files::add);
                }
                long start = System.nanoTime();
                for (Path f : files) {
                    String name = f.getFileName().toString();
                    byte[] text = run(f, base);
                    if (new String(text, StandardCharsets.UTF_8).contains("\"error\":")) failures++;
                    Files.write(out.resolve(name.substring(0, name.length() - 4) + ".out"), text);
                }
                double s = (System.nanoTime() - start) / 1e9;
                STDOUT.printf(Locale.ROOT, "%d cases, %d with errors, %.1f s, %.2f cases/s%n",
                        files.size(), failures, s, files.size() / s);
            } else {
                byte[] text = run(Path.of(rest.get(0)), base);
                if (rest.size() < 2 || rest.get(1).equals("-")) STDOUT.write(text);
                else Files.write(Path.of(rest.get(1)), text);
                if (new String(text, StandardCharsets.UTF_8).contains("\"error\":")) failures++;
            }
        } finally {
            STDOUT.flush();
            Runtime.getRuntime().halt(failures > 0 && Files.isRegularFile(Path.of(rest.get(0))) ? 1 : 0);
        }
    }

    /** Submits every job to the one shared mini-cluster. */
    private static final class Shared implements PipelineExecutorServiceLoader {
        @Override
        public PipelineExecutorFactory getExecutorFactory(Configuration c) {
            return new PipelineExecutorFactory() {
                @Override
                public String getName() {
                    return "shared";
                }

                @Override
                public boolean isCompatibleWith(Configuration conf) {
                    return true;
                }

                @Override
                public PipelineExecutor getExecutor(Configuration conf) {
                    return Shared::submit;
                }
            };
        }

        @Override
        public Stream<String> getExecutorNames() {
            return Stream.of("shared");
        }

        private static CompletableFuture<JobClient> submit(Pipeline p, Configuration conf, ClassLoader loader)
                throws Exception {
            // Batch plans adapt at run time and so need the graph, not the finished job.
            StreamGraph graph = PipelineExecutorUtils.getStreamGraph(p, conf);
            return cluster.submitJob(graph).thenApply(r ->
                    new MiniClusterJobClient(r.getJobID(), cluster, loader, MiniClusterJobClient.JobFinalizationBehavior.NOTHING));
        }
    }

    private static byte[] run(Path file, Configuration base) throws Exception {
        String sql = Files.readString(file).replace("${CASES}", file.toAbsolutePath().getParent().toString());
        boolean batch = sql.lines().findFirst().orElse("").matches("(?i)--\\s*mode:\\s*batch.*");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, false, "UTF-8");
        Configuration conf = new Configuration(base);
        if (!conf.toMap().containsKey("parallelism.default")) conf.setString("parallelism.default", "1");
        if (cluster != null) conf.setString("execution.target", "shared");
        conf.setString("execution.attached", "true");
        if (!conf.toMap().containsKey("table.local-time-zone")) conf.setString("table.local-time-zone", "UTC");
        if (!conf.toMap().containsKey("restart-strategy.type")) conf.setString("restart-strategy.type", "none");
        StreamExecutionEnvironment env = cluster != null ? new Env(conf) : new StreamExecutionEnvironment(conf);
        env.setRuntimeMode(batch ? RuntimeExecutionMode.BATCH : RuntimeExecutionMode.STREAMING);
        EnvironmentSettings.Builder settings = EnvironmentSettings.newInstance().withConfiguration(conf);
        StreamTableEnvironment t = StreamTableEnvironment.create(env, (batch ? settings.inBatchMode() : settings.inStreamingMode()).build());
        t.getConfig().set("table.dml-sync", "true");
        Matcher key = KEY.matcher(sql);
        if (key.find()) out.println("{\"key\":[" + key.group(1).trim() + "]}");
        int n = 0;
        StatementSet set = null;
        for (String stmt : split(sql)) {
            n++;
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            System.setOut(new PrintStream(printed, true, "UTF-8"));
            try {
                String upper = stmt.toUpperCase(Locale.ROOT).replaceAll("\\s+", " ");
                Matcher m = SET.matcher(stmt);
                if (m.matches()) {
                    t.getConfig().set(m.group(1), m.group(2));
                } else if (upper.equals("BEGIN STATEMENT SET")) {
                    set = t.createStatementSet();
                } else if (set != null && upper.equals("END")) {
                    set.execute().await();
                    set = null;
                } else if (set != null) {
                    set.addInsertSql(stmt);
                } else {
                    emit(n, t.executeSql(stmt), out);
                }
            } catch (Throwable e) {
                Throwable root = e;
                while (root.getCause() != null && root.getCause() != root) root = root.getCause();
                out.println("{\"stmt\":" + n + ",\"error\":" + q(text(e)) + ",\"root\":" + q(text(root)) + "}");
                break;
            } finally {
                System.out.flush();
                System.setOut(STDOUT);
                new String(printed.toByteArray(), StandardCharsets.UTF_8).lines()
                        .forEach(l -> out.println("{\"print\":" + q(l) + "}"));
            }
        }
        out.flush();
        return bytes.toByteArray();
    }

    /** Opens StreamExecutionEnvironment's constructor that takes an executor loader. */
    private static final class Env extends StreamExecutionEnvironment {
        Env(Configuration c) {
            super(new Shared(), c, FlinkOracle.class.getClassLoader());
        }
    }

    private static void emit(int n, TableResult result, PrintStream out) throws Exception {
        if (result.getResultKind() == ResultKind.SUCCESS) return;
        boolean dml = result.getJobClient().isPresent()
                && result.getResolvedSchema().getColumns().stream().allMatch(c -> c.getDataType().toString().startsWith("BIGINT"))
                && !(isSelect(result));
        if (dml) {
            result.await();
            return;
        }
        StringBuilder names = new StringBuilder(), types = new StringBuilder();
        result.getResolvedSchema().getColumns().forEach(c -> {
            names.append(names.length() > 0 ? "," : "").append(q(c.getName()));
            types.append(types.length() > 0 ? "," : "").append(q(c.getDataType().getLogicalType().asSummaryString()));
        });
        out.println("{\"stmt\":" + n + ",\"columns\":[" + names + "],\"types\":[" + types + "]}");
        TableResultInternal internal = (TableResultInternal) result;
        RowDataToStringConverter convert = internal.getRowDataToStringConverter();
        try (CloseableIterator<RowData> it = internal.collectInternal()) {
            while (it.hasNext()) {
                RowData row = it.next();
                StringBuilder b = new StringBuilder("{\"op\":\"").append(row.getRowKind().shortString()).append("\",\"row\":[");
                String[] cells = convert.convert(row);
                for (int i = 0; i < cells.length; i++) {
                    if (i > 0) b.append(',');
                    b.append(row.isNullAt(i) ? "null" : q(cells[i]));
                }
                out.println(b.append("]}"));
            }
        }
    }

    private static boolean isSelect(TableResult r) {
        return !r.getResolvedSchema().getColumnNames().stream().allMatch(c -> c.matches("[^.]+\\.[^.]+\\.[^.]+(_\\d+)?"));
    }

    private static String text(Throwable e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    private static String q(String s) {
        StringBuilder b = new StringBuilder("\"");
        for (char c : s.toCharArray()) {
            switch (c) {
                case '"': b.append("\\\""); break;
                case '\\': b.append("\\\\"); break;
                case '\n': b.append("\\n"); break;
                case '\r': b.append("\\r"); break;
                case '\t': b.append("\\t"); break;
                default:
                    if (c < 32) b.append(String.format("\\u%04x", (int) c));
                    else b.append(c);
            }
        }
        return b.append('"').toString();
    }

    /** Splits at ';' outside quotes and comments; EXECUTE STATEMENT SET ... END stays whole. */
    static List<String> split(String sql) {
        List<String> out = new ArrayList<>();
        StringBuilder cur = new StringBuilder();
        for (int i = 0; i < sql.length(); i++) {
            char c = sql.charAt(i);
            if (c == '\'' || c == '`' || c == '"') {
                int j = i + 1;
                while (j < sql.length() && sql.charAt(j) != c) j++;
                cur.append(sql, i, Math.min(j + 1, sql.length()));
                i = j;
            } else if (sql.startsWith("--", i)) {
                while (i < sql.length() && sql.charAt(i) != '\n') i++;
                cur.append('\n');
            } else if (sql.startsWith("/*", i) && !sql.startsWith("/*+", i)) {
                i = sql.indexOf("*/", i + 2) + 1;
                if (i <= 0) i = sql.length();
            } else if (c == ';') {
                String s = cur.toString().trim();
                if (s.toUpperCase(Locale.ROOT).matches("(?s)EXECUTE\\s+STATEMENT\\s+SET.*")
                        && !s.toUpperCase(Locale.ROOT).matches("(?s).*\\bEND")) {
                    cur.append(';');
                    continue;
                }
                if (!s.isEmpty()) out.add(s);
                cur.setLength(0);
            } else {
                cur.append(c);
            }
        }
        if (!cur.toString().trim().isEmpty()) out.add(cur.toString().trim());
        return out;
    }
}
