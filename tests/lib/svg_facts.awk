# What a picture of gnuplot shows, a line for each thing: `text X Y WORDS` and `bar COLOUR X Y WIDTH HEIGHT`, in whole
# pixels. What is not seen (definitions, order of attributes) is left out.
match($0, /translate\([-0-9.]+,[-0-9.]+\)/) {
    split(substr($0, RSTART + 10, RLENGTH - 11), place, ",")
}
match($0, /<text>.*<\/text>/) {
    printf "text %d %d %s\n", place[1] + 0.5, place[2] + 0.5, substr($0, RSTART + 6, RLENGTH - 13)
}
/<polygon fill/ {
    colour = $0
    sub(/.*fill = 'rgb\( */, "", colour)
    sub(/\).*/, "", colour)
    gsub(/ /, "", colour)
    points = $0
    sub(/.*points = '/, "", points)
    split(points, p, /[, ]/)
    printf "bar %s %d %d %d %d\n", colour, p[1] + 0.5, p[6] + 0.5, p[3] - p[1] + 0.5, p[2] - p[6] + 0.5
}
