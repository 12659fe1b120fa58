# The YAML of a seed, as lines of `path<TAB>value`: what a shell can read.
#
#     network:                              ethernets.net0.addresses.0<TAB>192.168.105.50/24
#       ethernets:                    ->    ssh_keys.ed25519_private<TAB>-----BEGIN ...
#         net0: ...
#
# Read are mappings, sequences, [a, b] and {a: b} of plain words on one line, quoted words, | and > blocks (a line of
# output for each) and comments. Anchors, tags and documents after the first are not: a seed has none.

function spaces(text) {
    match(text, /^ */)
    return RLENGTH
}

function unquote(text,    first) {
    sub(/^[ \t]+/, "", text)
    first = substr(text, 1, 1)
    if (first == "\"" && match(text, /^"([^"\\]|\\.)*"/)) {
        text = substr(text, 2, RLENGTH - 2)
        gsub(/\\"/, "\"", text)
        gsub(/\\\\/, "\\", text)
        return text
    }
    if (first == "'" && match(text, /^'([^']|'')*'/)) {
        text = substr(text, 2, RLENGTH - 2)
        gsub(/''/, "'", text)
        return text
    }
    sub(/[ \t]+#.*$/, "", text)
    sub(/[ \t]+$/, "", text)
    return text
}

function join(path, name) {
    return path == "" ? name : path "." name
}

function emit(path, value) {
    gsub(/\t/, " ", value)
    print path "\t" value
}

function path_now() {
    return depth ? path[depth] : ""
}

function push(indent, name, is_item) {
    depth++
    column[depth] = indent
    path[depth] = name
    item[depth] = is_item
    count[name] = 0
}

# What stands after `key:` or `- `.
function value_read(name, text, indent,    n, i, list, colon) {
    sub(/^[ \t]+/, "", text)
    if (text ~ /^[|>][+-]?[0-9]?[ \t]*$/) {
        block = name
        block_indent = indent
        block_column = -1
    } else if (text ~ /^\[/) {
        sub(/^\[/, "", text)
        sub(/\][ \t]*(#.*)?$/, "", text)
        n = split(text, list, ",")
        for (i = 1; i <= n; i++)
            if (unquote(list[i]) != "")
                emit(join(name, i - 1), unquote(list[i]))
    } else if (text ~ /^\{/) {
        sub(/^\{/, "", text)
        sub(/\}[ \t]*(#.*)?$/, "", text)
        n = split(text, list, ",")
        for (i = 1; i <= n; i++)
            if ((colon = index(list[i], ": ")) > 0)
                emit(join(name, unquote(substr(list[i], 1, colon - 1))), unquote(substr(list[i], colon + 1)))
    } else if (text !~ /^(#|$)/) {
        emit(name, unquote(text))
    }
}

# A line from `indent` on: `key: value`, `- more`, or a plain word.
function line_read(text, indent,    name, parent, rest) {
    if (text ~ /^-( |$)/) {
        while (depth && (column[depth] > indent || (column[depth] == indent && item[depth])))
            depth--
        parent = path_now()
        name = join(parent, count[parent]++)
        push(indent, name, 1)
        rest = substr(text, 2)
        sub(/^ */, "", rest)
        if (rest != "")
            line_read(rest, indent + length(text) - length(rest))
        return
    }
    if (match(text, /^("[^"]*"|'[^']*'|[A-Za-z0-9_.-]+)[ ]*:([ \t]|$)/)) {
        rest = substr(text, RLENGTH + 1)
        name = substr(text, 1, RLENGTH)
        sub(/[ ]*:[ \t]*$/, "", name)
        while (depth && column[depth] >= indent)
            depth--
        name = join(path_now(), unquote(name))
        push(indent, name, 0)
        value_read(name, rest, indent)
        return
    }
    if (depth && item[depth])
        value_read(path_now(), text, column[depth])
}

{ sub(/\r$/, "") }

block != "" {
    if ($0 ~ /^ *$/) {
        next
    }
    if (spaces($0) > block_indent) {
        if (block_column < 0)
            block_column = spaces($0)
        emit(block, substr($0, block_column + 1))
        next
    }
    block = ""
}

/^[ \t]*(#.*)?$/ || /^(---|\.\.\.)/ { next }

{
    indent = spaces($0)
    line_read(substr($0, indent + 1), indent)
}
