/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grammar of the description language. A missing semicolon is noticed and stepped over; after
 * any other error the parser goes on at the next item, so that one run reports several mistakes. (A
 * bare `error` must not be followed by yyerrok: the token that is in the way would never be
 * dropped.)
 */
%code requires {
#include "parser.h"
}
%code {
#include "grammar.h"
#define YYSTYPE ADL_STYPE
#define YYLTYPE ADL_LTYPE
#include "lexer.h"
#include <string.h>

#define NEW(type) ((struct type *)arena_alloc(&p->cc->arena, sizeof(struct type)))
#define PUSH(vec, ...) vec_push(&p->cc->arena, (vec), __VA_ARGS__)
#define YYLLOC_DEFAULT(current, rhs, n)                                                            \
    do {                                                                                           \
        (current) = YYRHSLOC(rhs, (n) ? 1 : 0);                                                    \
        uint32_t end = YYRHSLOC(rhs, n).offset + YYRHSLOC(rhs, n).length;                          \
        if (!(n))                                                                                  \
            (current).offset = end;                                                                \
        (current).length = end - (current).offset;                                                 \
    } while (0)

static int adl_lex_token(ADL_STYPE *value, ADL_LTYPE *at, struct parser *p)
{
    return adl_lex(value, at, p->scanner);
}
#undef yylex
#define yylex adl_lex_token

static void yyerror(struct location *at, struct parser *p, const char *message)
{
    p->cc->damaged = true;
    diag_error(p->cc, *at, "%s", message);
}

static struct name name_of(const char *text, struct location at)
{
    return (struct name){.text = text, .location = at};
}

static void missing_semicolon(struct parser *p, struct location at)
{
    /* Point at the last character before. */
    if (at.offset)
        at.offset--;
    at.length = 1;
    diag_error(p->cc, at, "expected ';' after this");
}
}

%define api.pure full
%define api.prefix {adl_}
%define api.location.type {struct location}
%define parse.error custom
%define parse.lac full
%locations
%param {struct parser *p}

%union {
    int64_t number;
    double real;
    const char *string;
    struct lexed_text text;
    struct expr *expr;
    struct type *type;
    struct path *path;
    struct attribute_decl *attribute;
    struct attribute_list *attributes;
    struct component_decl *component;
    struct assembly *assembly;
    struct composition *composition;
    struct configuration *configuration;
    struct connection_decl *connection;
    struct end_decl *end;
    struct connector_decl *connector;
    struct connector_side side;
    struct procedure_decl *procedure;
    struct method *method;
    struct parameter *parameter;
    struct name name;
    struct setting_decl *setting;
    bool flag;
}

%token END_OF_FILE 0 "end of file"
%token ASSEMBLY "assembly" COMPONENT "component" COMPOSITION "composition"
%token CONFIGURATION "configuration" CONNECTION "connection" CONNECTOR "connector"
%token PROCEDURE "procedure" STRUCT "struct" IMPORT "import" INCLUDE "include" CONTROL "control"
%token HARDWARE "hardware" ATTRIBUTE "attribute" PROVIDES "provides" USES "uses" MAYBE "maybe"
%token EMITS "emits" CONSUMES "consumes" DATAPORT "dataport" HAS "has" MUTEX "mutex"
%token SEMAPHORE "semaphore" BINARY_SEMAPHORE "binary_semaphore" FROM "from" TO "to" WITH "with"
%token THREADS "threads" GROUP "group" EXPORT "export" IN "in" OUT "out" INOUT "inout"
%token REFIN "refin" VOID "void" INT "int" UNSIGNED "unsigned" SIGNED "signed" CHAR "char"
%token STRING_TYPE "string" BUF "Buf" TEMPLATE "template"
%token <string> END_KIND "Procedure, Event or Dataport" TRUE "true" FALSE "false"
%token <string> IDENT "name" ANGLE_PATH "<file>" QUOTE_PATH "\"file\""
%token <number> NUMBER "number"
%token <real> REAL "real number"
%token <text> STRING "string literal"
%token ARROW "<-" RIGHT_ARROW "->" POWER "**" LOGICAL_OR "||" LOGICAL_AND "&&" EQUAL "=="
%token NOT_EQUAL "!=" LESS_EQUAL "<=" GREATER_EQUAL ">=" SHIFT_LEFT "<<" SHIFT_RIGHT ">>" INVALID

%precedence NO_SEMICOLON
%precedence ';' TEMPLATE
%precedence '?'
%precedence ':'
%left LOGICAL_OR
%left LOGICAL_AND
%left '|'
%left '^'
%left '&'
%left EQUAL NOT_EQUAL
%left '<' LESS_EQUAL '>' GREATER_EQUAL
%left SHIFT_LEFT SHIFT_RIGHT
%left '+' '-'
%left '*' '/' '%'
%precedence UNARY
%right POWER

%type <name> ident ident_opt
%type <string> file
%type <type> type result_type
%type <flag> array_opt maybe_opt hardware_opt
%type <expr> expr init_opt primary strings list_items dict_items
%type <path> path
%type <attribute> attribute member
%type <attributes> members
%type <component> component component_body component_items
%type <assembly> assembly_body assembly_items
%type <composition> composition_block composition_items
%type <configuration> configuration_block configuration_items
%type <connection> ends
%type <end> end
%type <connector> connector_items
%type <side> side
%type <procedure> procedure_items
%type <method> parameters parameter_list
%type <parameter> parameter
%type <setting> setting keys
%type <connector> connector_body
%type <number> direction interface_kind lock_kind end_side threads_opt

%%

file_items:
    %empty
  | file_items file_item
  | file_items ';'
  | file_items error
  ;

file_item:
    IMPORT file semi
    {
        size_t length = strlen($file);
        PUSH(&p->cc->ast.imports, (struct import){
            .name = arena_strndup(&p->cc->arena, $file + 1, length - 2),
            .search = $file[0] == '<', .location = @file});
    }
  | component                       { PUSH(&p->cc->ast.components, $1); }
  | ASSEMBLY ident_opt assembly_body
    { $3->name = $2; $3->location = @1; PUSH(&p->cc->ast.assemblies, $3); }
  | COMPOSITION ident_opt composition_block
    { $3->name = $2; PUSH(&p->cc->ast.compositions, $3); }
  | CONFIGURATION ident_opt configuration_block
    { $3->name = $2; PUSH(&p->cc->ast.configurations, $3); }
  | CONNECTOR ident connector_body
    { $3->name = $2; PUSH(&p->cc->ast.connectors, $3); }
  | PROCEDURE ident '{' procedure_items '}'
    { $4->name = $2; PUSH(&p->cc->ast.procedures, $4); }
  | PROCEDURE ident semi
    {
        struct procedure_decl *procedure = NEW(procedure_decl);
        procedure->name = $2;
        PUSH(&p->cc->ast.procedures, procedure);
    }
  | STRUCT ident '{' members '}'
    { PUSH(&p->cc->ast.structs, ast_new_struct(p->cc, $2, $4)); }
  ;

file: ANGLE_PATH | QUOTE_PATH ;

semi:
    ';'
  | %empty %prec NO_SEMICOLON       { missing_semicolon(p, @$); }
  ;

ident:
    IDENT                           { $$ = name_of($1, @1); }
  | BUF                             { $$ = name_of("Buf", @1); }
  | TEMPLATE                        { $$ = name_of("template", @1); }
  ;

ident_opt:
    %empty                          { $$ = name_of("", @$); }
  | ident
  ;

path:
    ident                           { $$ = NEW(path); PUSH(&$$->names, $1); $$->location = @$; }
  | path '.' ident                  { $$ = $1; PUSH(&$$->names, $3); $$->location = @$; }
  ;

/* --- Types, attributes, structs --- */

type:
    ident                           { $$ = ast_type(p->cc, $1.text, @1); }
  | STRUCT ident                    { $$ = ast_type(p->cc, $2.text, @2); $$->kind = TYPE_STRUCT; }
  | INT                             { $$ = ast_type(p->cc, "int", @$); }
  | SIGNED                          { $$ = ast_type(p->cc, "int", @$); }
  | SIGNED INT                      { $$ = ast_type(p->cc, "int", @$); }
  | UNSIGNED                        { $$ = ast_type(p->cc, "unsigned int", @$); }
  | UNSIGNED INT                    { $$ = ast_type(p->cc, "unsigned int", @$); }
  | CHAR                            { $$ = ast_type(p->cc, "char", @$); }
  | SIGNED CHAR                     { $$ = ast_type(p->cc, "signed char", @$); }
  | UNSIGNED CHAR                   { $$ = ast_type(p->cc, "unsigned char", @$); }
  | STRING_TYPE                     { $$ = ast_type(p->cc, "string", @$); }
  | '{' members '}'
    {
        $$ = NEW(type);
        *$$ = (struct type){.kind = TYPE_STRUCT, .name = "", .location = @$};
        $$->record = ast_new_struct(p->cc, name_of("", @$), $2);
    }
  ;

result_type:
    type
  | VOID                            { $$ = ast_type(p->cc, "void", @1); }
  ;

array_opt:
    %empty                          { $$ = false; }
  | '[' ']'                         { $$ = true; }
  ;

members:
    %empty                          { $$ = NEW(attribute_list); }
  | members member                  { $$ = $1; PUSH($$, $2); }
  | members error ';'               { $$ = $1; yyerrok; }
  ;

member:
    type ident array_opt init_opt semi
    {
        $$ = NEW(attribute_decl);
        *$$ = (struct attribute_decl){.type = $1, .name = $2, .array = $3, .initial = $4};
    }
  ;

attribute:
    ATTRIBUTE type ident array_opt init_opt semi
    {
        $$ = NEW(attribute_decl);
        *$$ = (struct attribute_decl){.type = $2, .name = $3, .array = $4, .initial = $5};
    }
  ;

init_opt:
    %empty                          { $$ = NULL; }
  | '=' expr                        { $$ = $2; }
  ;

/* --- Components --- */

component:
    COMPONENT ident_opt component_body
    {
        $$ = $3;
        $$->name = $2;
        if (!*$2.text)
            $$->name.location = @1;
    }
  ;

component_body: '{' component_items '}' { $$ = $2; } ;

component_items:
    %empty                          { $$ = NEW(component_decl); }
  | component_items ';'             { $$ = $1; }
  | component_items error           { $$ = $1; }
  | component_items CONTROL semi    { $$ = $1; $$->control = true; }
  | component_items HARDWARE semi   { $$ = $1; $$->hardware = true; }
  | component_items attribute       { $$ = $1; PUSH(&$$->attributes, $2); }
  | component_items INCLUDE file semi
    { $$ = $1; PUSH(&$$->includes, (struct include){.text = $3, .location = @3}); }
  | component_items maybe_opt interface_kind ident ident semi
    {
        $$ = $1;
        PUSH(&$$->interfaces,
             ast_new_interface(p->cc, (enum interface_kind)$3, $2, $4, $5));
    }
  | component_items maybe_opt DATAPORT ident ident semi
    { $$ = $1; PUSH(&$$->interfaces, ast_new_interface(p->cc, INTERFACE_DATAPORT, $2, $4, $5)); }
  | component_items maybe_opt DATAPORT ident '(' expr ')' ident semi
    {
        $$ = $1;
        struct interface_decl *interface = ast_new_interface(p->cc, INTERFACE_DATAPORT, $2, $4, $8);
        interface->buf_size = $6;
        PUSH(&$$->interfaces, interface);
        if (strcmp($4.text, "Buf") != 0) {
            diag_error(p->cc, @4, "only Buf takes a size in parentheses");
            diag_hint(p->cc, "write 'dataport %s %s;' and set '<instance>.%s_size'", $4.text,
                      $8.text, $8.text);
        }
    }
  | component_items HAS lock_kind ident semi
    {
        $$ = $1;
        struct lock_decl *lock = NEW(lock_decl);
        *lock = (struct lock_decl){.kind = (enum lock_kind)$3, .name = $4};
        PUSH(&$$->locks, lock);
    }
  | component_items COMPOSITION ident_opt composition_block
    { $$ = $1; PUSH(&ast_inside(p->cc, $$)->compositions, $4); }
  | component_items CONFIGURATION ident_opt configuration_block
    { $$ = $1; PUSH(&ast_inside(p->cc, $$)->configurations, $4); }
  ;

maybe_opt:
    %empty                          { $$ = false; }
  | MAYBE                           { $$ = true; }
  ;

interface_kind:
    PROVIDES                        { $$ = INTERFACE_PROVIDES; }
  | USES                            { $$ = INTERFACE_USES; }
  | EMITS                           { $$ = INTERFACE_EMITS; }
  | CONSUMES                        { $$ = INTERFACE_CONSUMES; }
  ;

lock_kind:
    MUTEX                           { $$ = LOCK_MUTEX; }
  | SEMAPHORE                       { $$ = LOCK_SEMAPHORE; }
  | BINARY_SEMAPHORE                { $$ = LOCK_BINARY_SEMAPHORE; }
  ;

/* --- Assemblies --- */

assembly_body: '{' assembly_items '}' { $$ = $2; } ;

assembly_items:
    %empty                          { $$ = NEW(assembly); }
  | assembly_items ';'              { $$ = $1; }
  | assembly_items error            { $$ = $1; }
  | assembly_items COMPOSITION ident_opt composition_block
    { $$ = $1; $4->name = $3; PUSH(&$$->compositions, $4); }
  | assembly_items COMPOSITION ident semi
    { $$ = $1; PUSH(&$$->composition_names, $3); }
  | assembly_items CONFIGURATION ident_opt configuration_block
    { $$ = $1; $4->name = $3; PUSH(&$$->configurations, $4); }
  | assembly_items CONFIGURATION ident semi
    { $$ = $1; PUSH(&$$->configuration_names, $3); }
  | assembly_items IDENT '{' schedule '}'
    {
        $$ = $1;
        bool known = strcmp($2, "schedule") == 0;
        diag_error(p->cc, @2,
                   known ? "this kernel has one scheduling domain, so there is nothing to schedule"
                         : "'%s' is not a part of an assembly", $2);
        diag_hint(p->cc, known ? "remove the schedule and all settings of domains; isolate by "
                                 "'priority' what must not wait"
                               : "an assembly has a 'composition' and a 'configuration'");
    }
  ;

/* Of scheduling domains: read over. */
schedule: %empty | schedule schedule_token ;

schedule_token: NUMBER | IDENT | '(' | ')' | '[' | ']' | ',' | ';' | '=' ;

composition_block:
    '{' composition_items '}'       { $$ = $2; $$->location = @$; }
  ;

composition_items:
    %empty                          { $$ = NEW(composition); }
  | composition_items ';'           { $$ = $1; }
  | composition_items error         { $$ = $1; }
  | composition_items COMPONENT ident ident semi
    {
        $$ = $1;
        struct instance_decl *instance = NEW(instance_decl);
        *instance = (struct instance_decl){.type = $3, .name = $4};
        PUSH(&$$->instances, instance);
    }
  | composition_items COMPONENT component_body ident semi
    {
        /* A component of this one instance: named like it. */
        $$ = $1;
        $3->name = $4;
        PUSH(&p->cc->ast.components, $3);
        struct instance_decl *instance = NEW(instance_decl);
        *instance = (struct instance_decl){.type = $4, .name = $4};
        PUSH(&$$->instances, instance);
    }
  | composition_items CONNECTION ident ident '(' ends ')' semi
    {
        $$ = $1;
        $6->connector = $3;
        $6->name = $4;
        PUSH(&$$->connections, $6);
    }
  | composition_items CONNECTION connector_body ident '(' ends ')' semi
    {
        $$ = $1;
        $3->name = $4;
        PUSH(&p->cc->ast.connectors, $3);
        $6->connector = $6->name = $4;
        PUSH(&$$->connections, $6);
    }
  | composition_items EXPORT path RIGHT_ARROW ident semi
    {
        $$ = $1;
        struct export_decl *export = NEW(export_decl);
        *export = (struct export_decl){.inner = $3, .outer = $5};
        PUSH(&$$->exports, export);
    }
  | composition_items GROUP ident_opt '{' composition_items '}'
    {
        $$ = $1;
        diag_warning(p->cc, @2, "each component of this group gets an address space of its own");
        diag_hint(p->cc, "calls between them are messages; addresses mean nothing to the other, so "
                         "share memory by a dataport");
        for (size_t i = 0; i < $5->instances.count; i++) {
            $5->instances.items[i]->group = $3.text;
            PUSH(&$$->instances, $5->instances.items[i]);
        }
        for (size_t i = 0; i < $5->connections.count; i++)
            PUSH(&$$->connections, $5->connections.items[i]);
    }
  ;

ends:
    %empty                          { $$ = NEW(connection_decl); }
  | end                             { $$ = NEW(connection_decl); PUSH(&$$->ends, $1); }
  | ends ',' end                    { $$ = $1; PUSH(&$$->ends, $3); }
  | ends ','                        { $$ = $1; }
  ;

end:
    end_side path
    { $$ = NEW(end_decl); *$$ = (struct end_decl){.from = $1, .path = $2}; }
  ;

end_side:
    FROM                            { $$ = true; }
  | TO                              { $$ = false; }
  ;

configuration_block:
    '{' configuration_items '}'     { $$ = $2; $$->location = @$; }
  ;

configuration_items:
    %empty                          { $$ = NEW(configuration); }
  | configuration_items ';'         { $$ = $1; }
  | configuration_items error ';'   { $$ = $1; yyerrok; }
  | configuration_items setting     { $$ = $1; PUSH(&$$->settings, $2); }
  ;

setting:
    path '=' expr semi
    {
        $$ = NEW(setting_decl);
        *$$ = (struct setting_decl){.target = $1, .value = $3, .location = @1};
    }
  | path ARROW path keys semi
    {
        $$ = $4;
        $$->target = $1;
        $$->reference = $3;
        $$->location = @1;
    }
  ;

keys:
    %empty                          { $$ = NEW(setting_decl); }
  | keys '[' expr ']'               { $$ = $1; PUSH(&$$->keys, $3); }
  ;

/* --- Connectors --- */

connector_body: '{' connector_items '}' { $$ = $2; } ;

connector_items:
    %empty                          { $$ = NEW(connector_decl); }
  | connector_items ';'             { $$ = $1; }
  | connector_items error           { $$ = $1; }
  | connector_items FROM side semi
    {
        $$ = $1;
        if ($$->has_from)
            diag_error(p->cc, @2, "a second 'from' side");
        $$->has_from = true;
        $$->from = $3;
    }
  | connector_items TO side semi
    {
        $$ = $1;
        if ($$->has_to)
            diag_error(p->cc, @2, "a second 'to' side");
        $$->has_to = true;
        $$->to = $3;
    }
  | connector_items attribute       { $$ = $1; PUSH(&$$->attributes, $2); }
  | connector_items TEMPLATE STRING semi { $$ = $1; }
  ;

/* `template "file"` is of 2018. There are no templates here. */
side:
    hardware_opt END_KIND threads_opt %prec NO_SEMICOLON
    {
        $$ = (struct connector_side){
            .kind = $2[0] == 'P' ? END_PROCEDURE : $2[0] == 'E' ? END_EVENT : END_DATAPORT,
            .multiple = $2[strlen($2) - 1] == 's',
            .hardware = $1,
            .threads = (int)$3,
            .location = @$,
        };
    }
  ;

hardware_opt:
    %empty                          { $$ = false; }
  | HARDWARE                        { $$ = true; }
  ;

threads_opt:
    %empty                          { $$ = -1; }
  | threads_opt WITH NUMBER THREADS
    {
        $$ = $3;
        if ($3 < 0 || $3 > 64) {
            diag_error(p->cc, @3, "between 0 and 64 threads");
            $$ = 0;
        }
    }
  | threads_opt TEMPLATE STRING     { $$ = $1; }
  | threads_opt WITH NUMBER IDENT
    {
        $$ = $3;
        if (strcmp($4, "thread") != 0 || $3 != 1)
            diag_error(p->cc, @4, "expected 'threads' here");
    }
  ;

/* --- Procedures --- */

procedure_items:
    %empty                          { $$ = NEW(procedure_decl); }
  | procedure_items ';'             { $$ = $1; }
  | procedure_items error           { $$ = $1; }
  | procedure_items attribute       { $$ = $1; PUSH(&$$->attributes, $2); }
  | procedure_items INCLUDE file semi
    { $$ = $1; PUSH(&$$->includes, (struct include){.text = $3, .location = @3}); }
  | procedure_items result_type ident '(' parameters ')' semi
    {
        $$ = $1;
        $5->result = $2;
        $5->name = $3;
        PUSH(&$$->methods, $5);
    }
  ;

parameters:
    %empty                          { $$ = NEW(method); }
  | VOID                            { $$ = NEW(method); }
  | parameter_list
  ;

parameter_list:
    parameter                       { $$ = NEW(method); PUSH(&$$->parameters, $1); }
  | parameter_list ',' parameter    { $$ = $1; PUSH(&$$->parameters, $3); }
  | parameter_list ','
  ;

parameter:
    direction type ident array_opt
    {
        $$ = NEW(parameter);
        *$$ = (struct parameter){
            .direction = (enum direction)$1, .type = $2, .name = $3, .array = $4};
    }
  ;

direction:
    %empty                          { $$ = DIRECTION_IN; }
  | IN                              { $$ = DIRECTION_IN; }
  | OUT                             { $$ = DIRECTION_OUT; }
  | INOUT                           { $$ = DIRECTION_INOUT; }
  | REFIN                           { $$ = DIRECTION_REFIN; }
  ;

/* --- Values --- */

expr:
    primary
  | '-' expr %prec UNARY            { $$ = ast_operation(p->cc, OP_NEG, $2, NULL, @$); }
  | '+' expr %prec UNARY            { $$ = ast_operation(p->cc, OP_PLUS, $2, NULL, @$); }
  | '!' expr %prec UNARY            { $$ = ast_operation(p->cc, OP_NOT, $2, NULL, @$); }
  | '~' expr %prec UNARY            { $$ = ast_operation(p->cc, OP_INVERT, $2, NULL, @$); }
  | expr POWER expr                 { $$ = ast_operation(p->cc, OP_POW, $1, $3, @$); }
  | expr '*' expr                   { $$ = ast_operation(p->cc, OP_MUL, $1, $3, @$); }
  | expr '/' expr                   { $$ = ast_operation(p->cc, OP_DIV, $1, $3, @$); }
  | expr '%' expr                   { $$ = ast_operation(p->cc, OP_MOD, $1, $3, @$); }
  | expr '+' expr                   { $$ = ast_operation(p->cc, OP_ADD, $1, $3, @$); }
  | expr '-' expr                   { $$ = ast_operation(p->cc, OP_SUB, $1, $3, @$); }
  | expr SHIFT_LEFT expr            { $$ = ast_operation(p->cc, OP_SHL, $1, $3, @$); }
  | expr SHIFT_RIGHT expr           { $$ = ast_operation(p->cc, OP_SHR, $1, $3, @$); }
  | expr '<' expr                   { $$ = ast_operation(p->cc, OP_LT, $1, $3, @$); }
  | expr LESS_EQUAL expr            { $$ = ast_operation(p->cc, OP_LE, $1, $3, @$); }
  | expr '>' expr                   { $$ = ast_operation(p->cc, OP_GT, $1, $3, @$); }
  | expr GREATER_EQUAL expr         { $$ = ast_operation(p->cc, OP_GE, $1, $3, @$); }
  | expr EQUAL expr                 { $$ = ast_operation(p->cc, OP_EQ, $1, $3, @$); }
  | expr NOT_EQUAL expr             { $$ = ast_operation(p->cc, OP_NE, $1, $3, @$); }
  | expr '&' expr                   { $$ = ast_operation(p->cc, OP_AND, $1, $3, @$); }
  | expr '^' expr                   { $$ = ast_operation(p->cc, OP_XOR, $1, $3, @$); }
  | expr '|' expr                   { $$ = ast_operation(p->cc, OP_OR, $1, $3, @$); }
  | expr LOGICAL_AND expr           { $$ = ast_operation(p->cc, OP_LAND, $1, $3, @$); }
  | expr LOGICAL_OR expr            { $$ = ast_operation(p->cc, OP_LOR, $1, $3, @$); }
  | expr '?' expr ':' expr          { $$ = ast_conditional(p->cc, $1, $3, $5, @$); }
  ;

primary:
    NUMBER                          { $$ = ast_expr(p->cc, EXPR_NUMBER, @$); $$->number = $1; }
  | TRUE                            { $$ = ast_expr(p->cc, EXPR_NUMBER, @$); $$->number = 1; }
  | FALSE                           { $$ = ast_expr(p->cc, EXPR_NUMBER, @$); $$->number = 0; }
  | REAL                            { $$ = ast_expr(p->cc, EXPR_FLOAT, @$); $$->real = $1; }
  | strings
  | '(' expr ')'                    { $$ = $2; }
  | '[' list_items ']'              { $$ = $2; $$->location = @$; $$ = ast_limit(p->cc, $$); }
  | '[' list_items ',' ']'          { $$ = $2; $$->location = @$; $$ = ast_limit(p->cc, $$); }
  | '[' ']'                         { $$ = ast_expr(p->cc, EXPR_LIST, @$); }
  | '{' dict_items '}'              { $$ = $2; $$->location = @$; $$ = ast_limit(p->cc, $$); }
  | '{' dict_items ',' '}'          { $$ = $2; $$->location = @$; $$ = ast_limit(p->cc, $$); }
  | '{' '}'                         { $$ = ast_expr(p->cc, EXPR_DICT, @$); }
  | path
    { $$ = ast_expr(p->cc, EXPR_NAME, @$); $$->string = path_text(p->cc, $1, $1->names.count); }
  | ident '(' expr ')'              { $$ = ast_expr(p->cc, EXPR_QUERY, @$); $$->string = $1.text; }
  ;

strings:
    STRING
    { $$ = ast_expr(p->cc, EXPR_STRING, @$); $$->string = $1.data; $$->string_length = $1.length; }
  | strings STRING
    {
        $$ = $1;
        $$->string = arena_printf(&p->cc->arena, "%s%s", $1->string, $2.data);
        $$->string_length += $2.length;
        $$->location = @$;
    }
  ;

list_items:
    expr
    { $$ = ast_expr(p->cc, EXPR_LIST, @$); ast_add_item(p->cc, $$, $1); }
  | list_items ',' expr             { $$ = $1; ast_add_item(p->cc, $$, $3); }
  ;

dict_items:
    expr ':' expr
    {
        $$ = ast_expr(p->cc, EXPR_DICT, @$);
        ast_add_item(p->cc, $$, $1);
        ast_add_item(p->cc, $$, $3);
    }
  | dict_items ',' expr ':' expr
    { $$ = $1; ast_add_item(p->cc, $$, $3); ast_add_item(p->cc, $$, $5); }
  ;

%%

static bool is_keyword(yysymbol_kind_t token)
{
    return token >= YYSYMBOL_ASSEMBLY && token <= YYSYMBOL_FALSE && token != YYSYMBOL_BUF &&
           token != YYSYMBOL_TEMPLATE;
}

static void add_token(struct text *text, yysymbol_kind_t token)
{
    const char *name = yysymbol_name(token);
    bool word = token > YYSYMBOL_FALSE || token == YYSYMBOL_YYEOF || token == YYSYMBOL_END_KIND;
    bool plain = word && token <= YYSYMBOL_STRING;
    if (plain || name[0] == '\'')
        text_add(text, name);
    else
        text_printf(text, "'%s'", name);
}

static bool is_operator(yysymbol_kind_t token)
{
    const char *name = yysymbol_name(token);
    return (token >= YYSYMBOL_POWER && token <= YYSYMBOL_SHIFT_RIGHT) ||
           (name[0] == '\'' && strchr("?|^&<>+-*/%", name[1]));
}

/* What could have stood there, in few words; nothing if that would be a long list. */
static void add_expected(struct text *text, yysymbol_kind_t *expected, int count)
{
    bool value = false, operators = false;
    for (int i = 0; i < count; i++)
        value |= expected[i] == YYSYMBOL_NUMBER;
    for (int i = 0; i < count; i++) {
        bool op = is_operator(expected[i]);
        operators |= op && !value;
        /* 'Buf' and 'template' go wherever a name goes; the pieces of a value need no list. */
        if (expected[i] == YYSYMBOL_BUF || expected[i] == YYSYMBOL_TEMPLATE || op || value)
            expected[i--] = expected[--count];
    }
    int total = count + operators + value;
    if (total > 6)
        return;
    for (int i = 0; i < total; i++) {
        text_add(text, i == 0 ? "; expected " : i == total - 1 ? " or " : ", ");
        if (i < count)
            add_token(text, expected[i]);
        else
            text_add(text, value ? "a value" : "an operator");
    }
}

static int yyreport_syntax_error(const yypcontext_t *context, struct parser *p)
{
    struct location *at = yypcontext_location(context);
    yysymbol_kind_t token = yypcontext_token(context);
    yysymbol_kind_t expected[YYNTOKENS];
    int count = yypcontext_expected_tokens(context, expected, YYNTOKENS);
    struct text text;
    text_init(&text, &p->cc->arena);
    if (token == YYSYMBOL_YYEOF) {
        text_add(&text, "unexpected end of file");
    } else {
        char *word = arena_strndup(&p->cc->arena, p->unit->text + at->offset, at->length);
        text_printf(&text, "unexpected %s'%s'", is_keyword(token) ? "keyword " : "", word);
    }
    bool wants_name = false;
    for (int i = 0; i < count; i++)
        wants_name |= expected[i] == YYSYMBOL_IDENT;
    add_expected(&text, expected, count);
    p->cc->damaged = true;
    diag_error(p->cc, *at, "%s", text.data);
    if (is_keyword(token) && wants_name)
        diag_hint(p->cc, "keywords cannot be used as names");
    if (token == YYSYMBOL_YYEOF)
        diag_hint(p->cc, "is a '}' missing?");
    return 0;
}

void parse_unit(struct compiler *cc, struct unit *unit)
{
    struct parser parser = {.cc = cc, .unit = unit};
    if (adl_lex_init_extra(&parser, &parser.scanner)) {
        diag_error(cc, NOWHERE, "out of memory");
        return;
    }
    YY_BUFFER_STATE buffer = adl__scan_bytes(unit->text, (int)unit->length, parser.scanner);
    adl_parse(&parser);
    adl__delete_buffer(buffer, parser.scanner);
    adl_lex_destroy(parser.scanner);
}
